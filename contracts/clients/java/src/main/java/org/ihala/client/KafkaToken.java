package org.ihala.client;

import java.time.Instant;

/** A token for Kafka alone (SASL/OAUTHBEARER), good for five minutes at most. */
public record KafkaToken(String value, Instant expiresAt) {}
