import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

public class FaxTest {
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static final String CONTROL = System.getenv("FAKEFAX_URL") + "/_fakefax";

    static String post(String url, String type, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", type);
        return CLIENT.send(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString()).body();
    }

    static String get(String url) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString()).body();
    }

    public static void main(String[] arguments) throws Exception {
        var key = URLEncoder.encode(System.getenv("FAXTO_API_KEY"), StandardCharsets.UTF_8);
        var form = "api_key=" + key + "&fax_number=%2B15005550002&document_id=10";
        var sent = post(System.getenv("FAXTO_URL") + "/fax", "application/x-www-form-urlencoded", form);
        var id = Pattern.compile("\"fax_job_id\":(\\d+)").matcher(sent).results().findFirst().orElseThrow().group(1);
        post(CONTROL + "/clock/advance", "application/json", "{\"by\": \"1m\"}");
        var fax = get(CONTROL + "/faxes/" + id);
        if (!fax.contains("\"msg_code\":\"busy\"")) {
            throw new AssertionError("the fax did not end busy: " + fax);
        }
    }
}
