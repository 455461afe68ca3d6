/*
 * What other rooms may ask of content: reading and checking a revision, the mirror as files, and the
 * revisions of the running product. The live content itself is `ctx.content` (see access.ts).
 */
export { availabilityOn } from './availability.ts'
export { type ContentFiles, contentFile, readContentFolder } from './files.ts'
export { loadCheckedContent, loadContent, mirrorOf } from './load.ts'
export { manifestDigest, manifestOf } from './manifest.ts'
export { withMirror } from './mirror-files.ts'
export { folderObjectStore } from './object-store.ts'
export { type ContentRevisions, openRevisions, type Published } from './revisions.ts'
export { checkLaw, lawfulContent, lawOf, lawRows, missingLaw, revisionOf, withLaw } from './service-law.ts'
export { yamlLine } from './yaml.ts'
