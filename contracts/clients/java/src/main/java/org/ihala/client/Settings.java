package org.ihala.client;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a system calls Ihala; {@link #of} gives what most need, and {@code with…} changes it.
 *
 * @param baseUrl the gateway, which is also the issuer of tokens
 * @param key the private key that belongs to the public one the client was registered with
 * @param scope the scopes to ask for, separated by spaces; null for all that the client has
 * @param dpop whether tokens are bound to a key made at the start (RFC 9449), as every live client's must be
 * @param language ar, ckb or en, for what is meant for people; null for the server's choice
 * @param tries how often a call is tried in all
 * @param pause the first pause between two tries; it doubles each time, up to 10 s
 * @param timeout how long an answer may take
 */
public record Settings(
    URI baseUrl, String clientId, Signer key, String scope, boolean dpop, String language, int tries, Duration pause, Duration timeout,
    Transport transport
) {
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final System.Logger LOG = System.getLogger("org.ihala.client");

    public Settings {
        Objects.requireNonNull(clientId);
        Objects.requireNonNull(key);
        baseUrl = URI.create(baseUrl.toString().replaceAll("/+$", ""));
    }

    /** Return what most need: bound tokens, five tries, a minute for an answer. */
    public static Settings of(String baseUrl, String clientId, Signer key) {
        Duration pause = Duration.ofMillis(250);
        return new Settings(URI.create(baseUrl), clientId, key, null, true, null, 5, pause, Duration.ofMinutes(1), Transport.own());
    }

    /** Return these with the scopes to ask for. */
    public Settings withScope(String value) {
        return new Settings(baseUrl, clientId, key, value, dpop, language, tries, pause, timeout, transport);
    }

    /** Return these without binding tokens to a key: for the sandbox. */
    public Settings withoutDpop() {
        return new Settings(baseUrl, clientId, key, scope, false, language, tries, pause, timeout, transport);
    }

    /** Return these with the language of what is meant for people. */
    public Settings withLanguage(String value) {
        return new Settings(baseUrl, clientId, key, scope, dpop, value, tries, pause, timeout, transport);
    }

    /** Return these with other patience. */
    public Settings withRetries(int tries, Duration pause, Duration timeout) {
        return new Settings(baseUrl, clientId, key, scope, dpop, language, tries, pause, timeout, transport);
    }

    /** Return these with another way out. */
    public Settings withTransport(Transport value) {
        return new Settings(baseUrl, clientId, key, scope, dpop, language, tries, pause, timeout, value);
    }

    /** Tell whether the server asks for more patience than a call has: whoever made it hears of it at once. */
    static boolean isLong(Duration asked) {
        return asked != null && asked.compareTo(LONGEST_WAIT) > 0;
    }

    /**
     * Wait as long as the server asks, else a while that grows, a part of it by chance. It is told: who follows without end would else
     * wait and know nothing. Throws InterruptedException.
     */
    void sleep(int tried, Duration asked, Exception why) throws InterruptedException {
        long longest = Math.min(LONGEST_PAUSE.toMillis(), pause.toMillis() << Math.min(tried - 1, 16));
        long wait = asked != null ? asked.toMillis() : (long) (longest * (0.5 + ThreadLocalRandom.current().nextDouble() / 2));
        LOG.log(System.Logger.Level.WARNING, () -> "%s; tried again in %.1f s".formatted(why, wait / 1000.0));
        Thread.sleep(wait);
    }
}
