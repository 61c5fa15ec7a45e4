"use strict";
for (const form of document.querySelectorAll("form.passkey")) {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ask = async () => {
    try {
      const options = JSON.parse(form.dataset.options), making = form.dataset.how === "create";
      options.challenge = bytes(options.challenge);
      if (options.user) options.user.id = bytes(options.user.id);
      for (const list of ["excludeCredentials", "allowCredentials"]) for (const one of options[list] || []) one.id = bytes(one.id);
      const found = await navigator.credentials[making ? "create" : "get"]({ publicKey: options }), answer = {};
      for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
        if (found.response[name]) answer[name] = text(found.response[name]);
      form.elements.passkey.value = JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response: answer });
      form.submit();
    } catch {
      form.querySelector(".failed").hidden = false;
    }
  };
  form.querySelector("button").addEventListener("click", ask);
  if (form.dataset.atOnce) ask();
}
