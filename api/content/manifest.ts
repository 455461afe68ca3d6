import { type ContentFiles, digestOf } from './files.ts'

/** What a content revision is made of: paths in order with the digest of their bytes. */
export type Manifest = { readonly format: 1; readonly files: Readonly<Record<string, string>> }

/** Makes the manifest of a revision; equal contents give equal manifests, whatever the order of the map. */
export function manifestOf(files: ContentFiles): Manifest {
  const entries = [...files].map(([path, { digest }]) => [path, digest] as const)
  return { format: 1, files: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/** Bytes of a manifest as they are stored. */
export const manifestBytes = (manifest: Manifest): Uint8Array => new TextEncoder().encode(JSON.stringify(manifest))

/** Digest of a manifest: names a content revision by what it holds. */
export const manifestDigest = (manifest: Manifest): string => digestOf(manifestBytes(manifest))
