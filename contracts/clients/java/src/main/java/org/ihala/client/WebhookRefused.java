package org.ihala.client;

/** What came is not from Ihala, is too old, or was changed on the way: answer 400 and do nothing. */
public final class WebhookRefused extends RuntimeException {
    WebhookRefused(String reason) {
        super(reason);
    }
}
