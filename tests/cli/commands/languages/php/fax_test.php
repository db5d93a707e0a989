<?php
function call(string $method, string $url, ?string $body = null): array {
    $options = ['method' => $method, 'content' => $body ?? '', 'header' => 'Content-Type: application/x-www-form-urlencoded'];
    return json_decode(file_get_contents($url, false, stream_context_create(['http' => $options])), true);
}
$fields = ['api_key' => getenv('FAXTO_API_KEY'), 'fax_number' => '+15005550002', 'document_id' => 10];
$sent = call('POST', getenv('FAXTO_URL') . '/fax', http_build_query($fields));
call('POST', getenv('FAKEFAX_URL') . '/_fakefax/clock/advance', '{"by": "1m"}');
$fax = call('GET', getenv('FAKEFAX_URL') . '/_fakefax/faxes/' . $sent['fax_job_id']);
if ($fax['msg_code'] !== 'busy') {
    fwrite(STDERR, "the fax ended {$fax['msg_code']}\n");
    exit(1);
}
echo "ok\n";
