package org.ihala.client;

import com.fasterxml.jackson.databind.JsonNode;
import org.ihala.client.directory.DirectoryApi;
import org.ihala.client.gateway.GatewayApi;
import org.ihala.client.intake.IntakeApi;
import org.ihala.client.notify.NotifyApi;
import org.ihala.client.referral.ReferralApi;

/** Ihala, as one system calls it. Good for many threads at once. */
public final class Ihala {
    private final Connection connection;

    public Ihala(Settings settings) {
        this.connection = new Connection(settings);
    }

    /** Return the calls of the directory: organisations, services, matching, places. */
    public DirectoryApi directory() {
        return new DirectoryApi(connection, null);
    }

    /** Return the gateway's own calls: clients, accounts, the access log. */
    public GatewayApi gateway() {
        return new GatewayApi(connection, null);
    }

    /** Return the calls of intake: requests, persons, consents, disclosures. */
    public IntakeApi intake() {
        return new IntakeApi(connection, null);
    }

    /** Return the calls of notify: subscriptions, messages. */
    public NotifyApi notifications() {
        return new NotifyApi(connection, null);
    }

    /** Return the calls of referral: referrals, placements, worklists. */
    public ReferralApi referral() {
        return new ReferralApi(connection, null);
    }

    /** Return the feed of events. */
    public Events events() {
        return new Events(connection);
    }

    /** Return a token for Kafka alone (SASL/OAUTHBEARER), good for five minutes at most. Throws TokenRefused, UncheckedIOException. */
    public KafkaToken kafkaToken() {
        return connection.kafkaToken();
    }

    /** Send what no class describes; its path begins with the service. Throws IhalaProblem, TokenRefused, UncheckedIOException. */
    public Answer<JsonNode> send(Call call) {
        return connection.call(call, Json.of(JsonNode.class));
    }
}
