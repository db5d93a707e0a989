import assert from 'node:assert';
import { createServer } from 'node:http';
import { test } from 'node:test';

const { FAXTO_URL, FAXTO_API_KEY, FAKEFAX_URL } = process.env;
const control = async (method, path, body) =>
  (await fetch(`${FAKEFAX_URL}/_fakefax${path}`, { method, body: body && JSON.stringify(body) })).json();

test('a fax is sent and its receipt acknowledged', async () => {
  const receipts = [];
  const endpoint = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      receipts.push(new URLSearchParams(body));
      response.end('OK');
    });
  });
  await new Promise((ready) => endpoint.listen(0, '127.0.0.1', ready));
  await control('PATCH', '/account', { callback_url: `http://127.0.0.1:${endpoint.address().port}/faxto` });
  const form = new URLSearchParams({ api_key: FAXTO_API_KEY, fax_number: '+15005550002', document_id: '10' });
  const sent = await (await fetch(`${FAXTO_URL}/fax`, { method: 'POST', body: form })).json();
  assert.equal(sent.status, 'executed');
  await control('POST', '/clock/advance', { by: '1m' });
  endpoint.close();
  assert.equal(receipts[0].get('msg_code'), 'busy');
});
