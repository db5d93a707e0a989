package fax

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

func decode(t *testing.T, answer *http.Response, err error) map[string]any {
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestAFaxThatIsBusy(t *testing.T) {
	control := os.Getenv("FAKEFAX_URL") + "/_fakefax"
	fields := url.Values{"api_key": {os.Getenv("FAXTO_API_KEY")}, "fax_number": {"+15005550002"}, "document_id": {"10"}}
	answer, err := http.PostForm(os.Getenv("FAXTO_URL")+"/fax", fields)
	sent := decode(t, answer, err)
	answer, err = http.Post(control+"/clock/advance", "application/json", strings.NewReader(`{"by": "1m"}`))
	decode(t, answer, err)
	answer, err = http.Get(fmt.Sprintf("%s/faxes/%v", control, sent["fax_job_id"]))
	if fax := decode(t, answer, err); fax["msg_code"] != "busy" {
		t.Fatalf("the fax ended %v", fax["msg_code"])
	}
}
