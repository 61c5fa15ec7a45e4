package org.ihala.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** A private key that signs: ES256 (EC P-256) or Ed25519. */
public final class Signer {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private final PrivateKey key;
    private final String kid;
    final Map<String, Object> publicJwk;

    private Signer(PrivateKey key, String kid, Map<String, Object> publicJwk) {
        this.key = key;
        this.kid = kid;
        this.publicJwk = publicJwk;
    }

    /** Take a private key as a JWK; its {@code kid} is used. Throws IllegalArgumentException when it is none, or of another kind. */
    public static Signer ofJwk(String jwk) {
        try {
            JsonNode found = Json.MAPPER.readTree(jwk);
            byte[] secret = Base64.getUrlDecoder().decode(found.path("d").asText());
            boolean isEdwards = "Ed25519".equals(found.path("crv").asText());
            PrivateKey key = isEdwards
                ? KeyFactory.getInstance("Ed25519").generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, secret))
                : KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(new BigInteger(1, secret), p256()));
            return new Signer(key, found.path("kid").asText(null), null);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException error) {
            throw new IllegalArgumentException("not a private JWK of EC P-256 or Ed25519", error);
        }
    }

    /** Take a private key as PKCS #8 in PEM. {@code kid} may be null. Throws IllegalArgumentException when it is none. */
    public static Signer ofPem(String pem, String kid) {
        String body = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
        try {
            PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
            try {
                return new Signer(KeyFactory.getInstance("EC").generatePrivate(spec), kid, null);
            } catch (InvalidKeySpecException notElliptic) {
                return new Signer(KeyFactory.getInstance("Ed25519").generatePrivate(spec), kid, null);
            }
        } catch (GeneralSecurityException | IllegalArgumentException error) {
            throw new IllegalArgumentException("not a private key of EC P-256 or Ed25519 as PKCS #8 in PEM", error);
        }
    }

    /** Make a new key of one's own, for DPoP. */
    static Signer made() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            ECPublicKey point = (ECPublicKey) pair.getPublic();
            String x = coordinate(point.getW().getAffineX());
            String y = coordinate(point.getW().getAffineY());
            return new Signer(pair.getPrivate(), null, Map.of("kty", "EC", "crv", "P-256", "x", x, "y", y));
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    /** Return the claims signed, in compact form (RFC 7515). */
    String sign(Map<String, Object> header, Map<String, Object> claims) {
        boolean isElliptic = "EC".equals(key.getAlgorithm());
        Map<String, Object> head = new LinkedHashMap<>(header);
        head.put("alg", isElliptic ? "ES256" : "EdDSA");
        if (kid != null) head.put("kid", kid);
        String input = base64(Json.bytes(head)) + "." + base64(Json.bytes(claims));
        try {
            Signature signature = Signature.getInstance(isElliptic ? "SHA256withECDSAinP1363Format" : "Ed25519");
            signature.initSign(key);
            signature.update(input.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return input + "." + base64(signature.sign());
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    static String base64(byte[] bytes) {
        return URL.encodeToString(bytes);
    }

    private static ECParameterSpec p256() throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    /** A coordinate has 32 bytes in a JWK, leading zeros too. */
    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] whole = new byte[32];
        int from = Math.max(0, bytes.length - 32);
        System.arraycopy(bytes, from, whole, 32 - (bytes.length - from), bytes.length - from);
        return base64(whole);
    }
}
