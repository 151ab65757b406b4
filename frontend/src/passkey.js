// Passkeys: a form whose options stand in data-options asks the browser, puts the signed answer into its hidden
// field and is sent. Loaded on the passkey pages alone; nothing is fetched.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function read(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials])
    for (const known of list || []) known.id = bytes(known.id);
  return options;
}

function written(credential) {
  const made = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: {} };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) made.response[name] = text(credential.response[name]);
  made.clientExtensionResults = credential.getClientExtensionResults();
  return JSON.stringify(made);
}

async function sign(event) {
  const form = event.target;
  const field = form.elements.credential;
  event.preventDefault();
  if (form.elements.name && !form.elements.name.value.trim()) {
    form.elements.name.focus();
    return;
  }
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: read(form) });
    field.value = written(credential);
  } catch {
    failed.hidden = false;
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) form.addEventListener("submit", sign);
