import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.ihala.client.Transport;

/** What is between: an answer that is lost, a service that is away for a moment, a line that is cut, a token that is no longer good. */
final class Wire implements Transport {
    final Queue<String> accidents = new ArrayDeque<>();
    final List<List<Object>> calls = new ArrayList<>();
    private final Transport own = Transport.own();

    @Override
    public HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException {
        String what = accidents.poll();
        HttpHeaders atOnce = HttpHeaders.of(Map.of("Retry-After", List.of("0")), (name, value) -> true);
        if ("away".equals(what)) return new Between(request, 503, atOnce, InputStream.nullInputStream());
        HttpRequest sent = "token".equals(what)
            ? HttpRequest.newBuilder(request, (name, value) -> !name.equals("Authorization")).header("Authorization", "DPoP stale").build()
            : request;
        HttpResponse<InputStream> answer = own.send(sent);
        calls.add(Arrays.asList(request.method(), answer.statusCode(), answer.headers().firstValue("idempotent-replayed").orElse(null)));
        if ("lost".equals(what)) throw new IOException("the answer was lost");
        return "cut".equals(what) ? new Between(request, answer.statusCode(), answer.headers(), new Cut(answer.body())) : answer;
    }

    /** A line that breaks in the middle of the second event. */
    private static final class Cut extends FilterInputStream {
        private int left = 700;

        Cut(InputStream whole) {
            super(whole);
        }

        @Override
        public int available() {
            return 0; // whoever reads takes what came before the cut
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            if (left == 0) throw new IOException("the line was cut");
            int count = super.read(into, from, Math.min(left, most));
            left -= Math.max(0, count);
            return count;
        }
    }

    /** An answer as something between makes it. */
    record Between(
        HttpRequest request, int statusCode, HttpHeaders headers, InputStream body
    ) implements HttpResponse<InputStream> {
        @Override
        public Optional<HttpResponse<InputStream>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<javax.net.ssl.SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public java.net.URI uri() {
            return request.uri();
        }

        @Override
        public java.net.http.HttpClient.Version version() {
            return java.net.http.HttpClient.Version.HTTP_1_1;
        }
    }
}
