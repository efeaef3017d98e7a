/** Between the JSON that the server speaks and the bytes that browsers want; they do it themselves only since 2024. */

interface Described {
  id: string;
  type: 'public-key';
  transports?: AuthenticatorTransport[];
}

type CreationJson = Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Described[];
};

type RequestJson = Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> & {
  challenge: string;
  allowCredentials?: Described[];
};

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function textOf(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function described(ones: Described[] = []): PublicKeyCredentialDescriptor[] {
  return ones.map((one) => ({ ...one, id: bytesOf(one.id) }));
}

export function asCreation(json: unknown): CredentialCreationOptions {
  const asked = json as CreationJson;
  const user = { ...asked.user, id: bytesOf(asked.user.id) };
  const publicKey = { ...asked, user, challenge: bytesOf(asked.challenge), excludeCredentials: described(asked.excludeCredentials) };
  return { publicKey };
}

export function asRequest(json: unknown): CredentialRequestOptions {
  const asked = json as RequestJson;
  return { publicKey: { ...asked, challenge: bytesOf(asked.challenge), allowCredentials: described(asked.allowCredentials) } };
}

export function asJson(credential: PublicKeyCredential): Record<string, unknown> {
  const { response } = credential;
  const parts: Record<string, unknown> = { clientDataJSON: textOf(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    parts['attestationObject'] = textOf(response.attestationObject);
    parts['transports'] = response.getTransports();
  }
  if (response instanceof AuthenticatorAssertionResponse) {
    parts['authenticatorData'] = textOf(response.authenticatorData);
    parts['signature'] = textOf(response.signature);
    if (response.userHandle) parts['userHandle'] = textOf(response.userHandle);
  }
  return { id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response: parts, clientExtensionResults: {} };
}
