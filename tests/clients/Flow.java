import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.ihala.client.Answer;
import org.ihala.client.Call;
import org.ihala.client.CloudEvent;
import org.ihala.client.Events;
import org.ihala.client.Followed;
import org.ihala.client.Following;
import org.ihala.client.Ihala;
import org.ihala.client.IhalaProblem;
import org.ihala.client.KafkaToken;
import org.ihala.client.Settings;
import org.ihala.client.Signer;
import org.ihala.client.TokenRefused;
import org.ihala.client.WebhookRefused;
import org.ihala.client.Webhooks;
import org.ihala.client.events.ReferralAccepted;
import org.ihala.client.notify.NewSubscription;
import org.ihala.client.notify.NotifyApi.GetSubscriptionsQuery;
import org.ihala.client.notify.Subscription;
import org.ihala.client.notify.SubscriptionRequest;

/** A partner's program with the Java client; it is told what flow.mjs is told, and says the same. */
public final class Flow {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Wire WIRE = new Wire();

    public static void main(String[] arguments) throws Exception {
        JsonNode told = JSON.readTree(arguments[0]);
        Signer key = Signer.ofJwk(told.path("key").toString());
        Settings settings = Settings.of(told.path("baseUrl").asText(), told.path("clientId").asText(), key)
            .withLanguage("ar").withRetries(5, Duration.ofMillis(1), Duration.ofSeconds(20)).withTransport(WIRE);
        Ihala ihala = new Ihala(settings);
        List<Followed> seen = followed(ihala);
        changed(ihala, seen.get(0).cursor());
        refused(ihala, settings, UUID.fromString(told.path("missing").asText()));
        List<Integer> went = new ArrayList<>();
        for (JsonNode other : told.path("others")) {
            String pem = other.path("key").isTextual() ? other.path("key").asText() : null;
            Signer signer = pem == null ? Signer.ofJwk(other.path("key").toString()) : Signer.ofPem(pem, other.path("kid").asText());
            String client = other.path("clientId").asText(told.path("clientId").asText());
            Ihala same = new Ihala(Settings.of(told.path("baseUrl").asText(), client, signer));
            went.add(same.notifications().getSubscriptions((GetSubscriptionsQuery) null).status());
        }
        KafkaToken token = ihala.kafkaToken();
        JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(token.value().split("\\.")[1]));
        long minutes = Math.round(Duration.between(Instant.now(), token.expiresAt()).toSeconds() / 60.0);
        say("keys", went, "kafka", claims.path("aud").asText(), "minutes", minutes);
        checked(told.path("deliveries"));
    }

    private static List<Followed> followed(Ihala ihala) throws IOException {
        String cursor = ihala.events().latest();
        List<Followed> seen = new ArrayList<>();
        WIRE.accidents.add("cut");
        WIRE.calls.clear();
        try (Following events = ihala.events().follow(null)) {
            for (Followed each : events) {
                seen.add(each);
                List<String> types = seen.stream().map(one -> one.event().type()).toList();
                if (seen.size() == 2) say("before", types, "latest", each.cursor().equals(cursor));
                if (seen.size() == 3) break;
            }
        }
        Followed third = seen.get(2);
        assert third.event().dataAs(ReferralAccepted.class).referralId() != null;
        CloudEvent came = third.event();
        say("streamed", came.type(), "sequence", came.sequence(), "schema", came.dataschema(), "opened", WIRE.calls.size());
        try (Following events = ihala.events().follow(third.cursor(), null, Events.By.PAGES)) {
            Followed next = events.next();
            say("paged", next.event().type(), "sequence", next.event().sequence());
        }
        return seen;
    }

    private static void changed(Ihala ihala, String cursor) throws IOException {
        WIRE.calls.clear();
        WIRE.accidents.addAll(List.of("away", "lost"));
        SubscriptionRequest wanted = SubscriptionRequest.builder().kind("feed").types(List.of(ReferralAccepted.TYPE)).build();
        Answer<NewSubscription> made = ihala.notifications().postSubscriptions(wanted);
        say("posts", WIRE.calls, "status", made.status(), "etag", made.etag(), "types", made.data().types());
        for (int more = 0; more < 2; more++) ihala.notifications().postSubscriptions(SubscriptionRequest.builder().kind("feed").build());
        List<UUID> listed = new ArrayList<>();
        for (Subscription each : ihala.notifications().allSubscriptions(new GetSubscriptionsQuery().limit(1))) listed.add(each.id());
        UUID first = ihala.notifications().getSubscriptions(listed.get(0)).data().id();
        say("listed", new HashSet<>(listed).size(), "first", first.equals(made.data().id()));
        WIRE.accidents.addAll(List.of("away", "lost"));
        try (Following events = ihala.events().follow(cursor, first, Events.By.STREAM)) {
            say("filtered", events.next().event().type());
        }
    }

    private static void refused(Ihala ihala, Settings settings, UUID missing) throws IOException {
        WIRE.calls.clear();
        WIRE.accidents.add("token");
        int went = ihala.notifications().getSubscriptions(new GetSubscriptionsQuery()).status();
        List<List<Object>> tokens = WIRE.calls.stream().map(call -> call.subList(0, 2)).toList();
        Settings stranger = Settings.of(settings.baseUrl().toString(), "nobody", settings.key());
        say("tokens", tokens, "went", went,
            "missing", reason(() -> ihala.notifications().getSubscriptions(missing)),
            "scope", reason(() -> ihala.referral().getReferrals((org.ihala.client.referral.ReferralApi.GetReferralsQuery) null)),
            "old", reason(() -> ihala.events().follow("nonsense").next()),
            "stranger", reason(() -> new Ihala(stranger).send(Call.of("GET", "/notify/v1/subscriptions"))));
    }

    private static void checked(JsonNode deliveries) throws IOException {
        List<String> found = new ArrayList<>();
        for (JsonNode delivery : deliveries) {
            List<String> keys = new ArrayList<>();
            delivery.path("keys").forEach(key -> keys.add(key.asText()));
            try {
                byte[] body = delivery.path("body").asText().getBytes(StandardCharsets.UTF_8);
                found.add(Webhooks.verify(keys, name -> delivery.path("headers").path(name).asText(null), body).id().toString());
            } catch (WebhookRefused refusal) {
                found.add("WebhookRefused");
            }
        }
        say("checked", found);
    }

    private static List<Object> reason(Runnable work) {
        try {
            work.run();
            return List.of("not refused");
        } catch (IhalaProblem problem) {
            return List.of(problem.status(), problem.slug(), problem.getMessage(), problem.requestId() != null);
        } catch (TokenRefused refusal) {
            return List.of("TokenRefused", refusal.error());
        }
    }

    private static void say(Object... found) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int at = 0; at < found.length; at += 2) all.put((String) found[at], found[at + 1]);
        System.out.println(JSON.writeValueAsString(all));
    }
}
