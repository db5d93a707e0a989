require 'json'
require 'minitest/autorun'
require 'net/http'

class FaxTest < Minitest::Test
  def control(path, body = nil)
    uri = URI("#{ENV.fetch('FAKEFAX_URL')}/_fakefax#{path}")
    JSON.parse(body ? Net::HTTP.post(uri, body.to_json).body : Net::HTTP.get(uri))
  end

  def test_a_fax_that_is_busy
    fields = { api_key: ENV.fetch('FAXTO_API_KEY'), fax_number: '+15005550002', document_id: 10 }
    sent = JSON.parse(Net::HTTP.post_form(URI("#{ENV.fetch('FAXTO_URL')}/fax"), fields).body)
    control('/clock/advance', { by: '1m' })
    assert_equal 'busy', control("/faxes/#{sent['fax_job_id']}")['msg_code']
  end
end
