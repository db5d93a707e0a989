set -eu
answer=$(curl -sS "$FAXTO_URL/fax?api_key=$FAXTO_API_KEY&fax_number=%2B15005550002&document_id=10")
job=$(printf '%s' "$answer" | sed 's/.*"fax_job_id":\([0-9]*\).*/\1/')
curl -sS -X POST "$FAKEFAX_URL/_fakefax/clock/advance" -d '{"by": "1m"}' >/dev/null
curl -sS "$FAKEFAX_URL/_fakefax/faxes/$job" | grep -q '"msg_code":"busy"'
