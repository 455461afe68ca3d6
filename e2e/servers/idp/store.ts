import type { Adapter, AdapterPayload } from 'oidc-provider'

type Kept = { payload: AdapterPayload; readonly expiresAtMs: number }

/** Keeps what the provider knows (sessions, codes, tokens) for as long as the process lives. */
export function createStore(): (model: string) => Adapter {
  const kept = new Map<string, Kept>()
  const find = async (matches: (id: string, each: Kept) => boolean): Promise<AdapterPayload | undefined> =>
    [...kept].find(([id, each]) => each.expiresAtMs > Date.now() && matches(id, each))?.[1].payload
  return (model) => {
    const own = (id: string): string => `${model}:${id}`
    return {
      upsert: async (id, payload, expiresInSeconds) => {
        const expiresAtMs = expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : Number.POSITIVE_INFINITY
        kept.set(own(id), { payload, expiresAtMs })
      },
      find: (id) => find((key) => key === own(id)),
      findByUid: (uid) => find((key, each) => key.startsWith(own('')) && each.payload.uid === uid),
      findByUserCode: async () => undefined,
      consume: async (id) => {
        const each = kept.get(own(id))
        if (each !== undefined) {
          each.payload = { ...each.payload, consumed: Math.floor(Date.now() / 1000) }
        }
      },
      destroy: async (id) => void kept.delete(own(id)),
      revokeByGrantId: async (grantId) => {
        for (const [id, each] of kept) {
          if (each.payload.grantId === grantId) {
            kept.delete(id)
          }
        }
      },
    }
  }
}
