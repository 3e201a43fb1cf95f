interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): unknown;
}

/**
 * The served policy demands trusted types for script. Lit brings its own policy for templates; ours lets a worker
 * be made from an address of this origin, and nothing else. Must run before the first worker.
 */
export function installTrustedTypes(): void {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  factory?.createPolicy("default", {
    createScriptURL(address) {
      if (new URL(address, location.href).origin !== location.origin)
        throw new TypeError(`foreign script ${address}`);
      return address;
    },
  });
}
