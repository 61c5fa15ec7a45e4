package org.ihala.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Checks deliveries (Standard Webhooks). */
public final class Webhooks {
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100"); // what stands before a raw key (RFC 8410)

    private Webhooks() {}

    /** Check a delivery that is at most five minutes old, and return its event. Throws WebhookRefused. */
    public static CloudEvent verify(Collection<String> keys, Function<String, String> header, byte[] body) {
        return verify(keys, header, body, Duration.ofMinutes(5), Instant.now());
    }

    /**
     * Check a delivery and return its event. Throws WebhookRefused.
     *
     * @param keys those the subscription was given: {@code whsec_…} (a shared secret) or {@code whpk_…} (the public half of Ed25519);
     *     several while they are rotated
     * @param header gives a header's value by its name in small letters, or null: {@code request::getHeader}
     * @param body the body as it came, byte for byte
     */
    public static CloudEvent verify(
        Collection<String> keys, Function<String, String> header, byte[] body, Duration tolerance, Instant now
    ) {
        String id = named(header, "webhook-id");
        String timestamp = named(header, "webhook-timestamp");
        String signatures = named(header, "webhook-signature");
        boolean isTime = timestamp.matches("\\d{1,12}");
        if (!isTime || Math.abs(now.getEpochSecond() - Long.parseLong(timestamp)) > tolerance.toSeconds()) {
            throw new WebhookRefused("too old, or too new");
        }
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.writeBytes((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        signed.writeBytes(body);
        for (String key : keys) {
            for (String signature : signatures.split(" ")) {
                if (fits(key, signature, signed.toByteArray())) return Json.read(body, Json.of(CloudEvent.class));
            }
        }
        throw new WebhookRefused("no signature fits");
    }

    private static boolean fits(String key, String signature, byte[] signed) {
        boolean isPublic = key.startsWith("whpk_");
        String kind = isPublic ? "v1a," : "v1,";
        if (!signature.startsWith(kind)) return false;
        try {
            byte[] secret = Base64.getDecoder().decode(key.replaceFirst("^wh(sec|pk)_", ""));
            byte[] shown = Base64.getDecoder().decode(signature.substring(kind.length()));
            return isPublic ? isSigned(secret, shown, signed) : MessageDigest.isEqual(hmac(secret, signed), shown);
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }

    private static byte[] hmac(byte[] secret, byte[] signed) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return mac.doFinal(signed);
    }

    private static boolean isSigned(byte[] key, byte[] shown, byte[] signed) throws GeneralSecurityException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        encoded.writeBytes(ED25519);
        encoded.writeBytes(key);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded.toByteArray())));
        signature.update(signed);
        return signature.verify(shown);
    }

    private static String named(Function<String, String> header, String name) {
        String found = header.apply(name);
        if (found == null) throw new WebhookRefused(name + " is missing");
        return found;
    }
}
