import { createHash } from 'node:crypto'

/*
 * Merkle tree of RFC 6962 (the same in RFC 9162) over leaf hashes. The log is too long to hold, so everything here works
 * on one pass over it: an accumulator keeps the roots of the perfect subtrees seen so far (at most one per level), and
 * proofs are collected by naming beforehand which subtrees they need. Sizes and indexes are integers up to 2^53.
 */

export type Hash = Uint8Array
/** Compact state of a tree: its size and the roots of its perfect subtrees, the largest first. */
export type Frontier = { readonly size: number; readonly nodes: readonly Hash[] }
/** A subtree over leaves `start` (inclusive) to `end` (exclusive). */
export type Range = { readonly start: number; readonly end: number }

export type Accumulator = {
  readonly append: (leaf: Hash) => void
  readonly size: () => number
  readonly root: () => Hash
  readonly frontier: () => Frontier
}
type OnNode = (level: number, index: number, hash: Hash) => void

/** Grows a tree from `from` (default: empty). `onNode` sees every perfect subtree's root as it is completed, leaves included. */
export function createAccumulator(from: Frontier = { size: 0, nodes: [] }, onNode?: OnNode): Accumulator {
  const nodes = [...from.nodes]
  let size = from.size
  if (nodes.length !== perfectRanges(0, size).length) {
    throw new Error('the frontier does not fit its size')
  }
  return {
    append: (leaf) => {
      let node = leaf
      let index = size
      let level = 0
      onNode?.(level, index, node)
      while (index % 2 === 1) {
        const left = nodes.pop()
        if (left === undefined) {
          throw new Error('the frontier does not fit its size')
        }
        node = nodeHash(left, node)
        index = (index - 1) / 2
        level += 1
        onNode?.(level, index, node)
      }
      nodes.push(node)
      size += 1
    },
    size: () => size,
    root: () => rootOf(nodes),
    frontier: () => ({ size, nodes: [...nodes] }),
  }
}

/** Hash of an inner node: SHA-256 over 0x01 and both children. */
export const nodeHash = (left: Hash, right: Hash): Hash =>
  createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest()
const NODE_PREFIX = Uint8Array.of(1)

/** Subtrees whose roots prove that leaf `index` is in a tree of `size`, from the leaf up. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!(index >= 0 && index < size)) {
    throw new RangeError('the leaf is not in the tree')
  }
  const found: Range[] = []
  let range: Range = { start: 0, end: size }
  while (range.end - range.start > 1) {
    const middle = range.start + splitOf(range.end - range.start)
    const left = { start: range.start, end: middle }
    const right = { start: middle, end: range.end }
    found.unshift(index < middle ? right : left)
    range = index < middle ? left : right
  }
  return found
}

/** Subtrees whose roots prove that a tree of size `first` is the beginning of one of size `second`; none for equal or empty. */
export function consistencyRanges(first: number, second: number): readonly Range[] {
  if (!(first >= 0 && first <= second)) {
    throw new RangeError('the first tree is larger than the second')
  }
  const found: Range[] = []
  let range: Range = { start: 0, end: second }
  if (first === 0 || first === second) {
    return found
  }
  while (range.end !== first) {
    const middle = range.start + splitOf(range.end - range.start)
    const left = { start: range.start, end: middle }
    const right = { start: middle, end: range.end }
    found.unshift(first <= middle ? right : left)
    range = first <= middle ? left : right
  }
  // The part that ends both trees is known to the verifier only where it is the whole first tree.
  return range.start === 0 ? found : [range, ...found]
}

/** Collects the roots of the named subtrees while an accumulator runs over the log from its beginning. */
export function collectRanges(ranges: readonly Range[]): {
  readonly onNode: OnNode
  readonly rootOf: (range: Range) => Hash
} {
  const wanted = new Map<string, Hash | null>()
  const nameOf = (level: number, index: number): string => `${level}/${index}`
  const partsOf = (range: Range): string[] =>
    perfectRanges(range.start, range.end).map((part) => {
      const width = part.end - part.start
      return nameOf(Math.round(Math.log2(width)), part.start / width)
    })
  for (const name of ranges.flatMap(partsOf)) {
    wanted.set(name, null)
  }
  return {
    onNode: (level, index, hash) => {
      const name = nameOf(level, index)
      if (wanted.has(name)) {
        wanted.set(name, hash)
      }
    },
    rootOf: (range) =>
      rootOf(
        partsOf(range).map((name) => {
          const hash = wanted.get(name) ?? null
          if (hash === null) {
            throw new Error('the log is shorter than the proof asks')
          }
          return hash
        }),
      ),
  }
}

/** True where `proof` leads from the leaf to the root (RFC 9162, 2.1.3.2). */
export function isIncluded(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) {
    return false
  }
  let fn = index
  let sn = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (sn === 0) {
      return false
    }
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash)
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2
        sn = Math.floor(sn / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && isSame(hash, root)
}

type Tree = { readonly size: number; readonly root: Hash }

/** True where `proof` shows that `first` is the beginning of `second` (RFC 9162, 2.1.4.2). */
export function isConsistent(first: Tree, second: Tree, proof: readonly Hash[]): boolean {
  if (first.size > second.size) {
    return false
  }
  if (first.size === 0 || first.size === second.size) {
    return proof.length === 0 && (first.size === 0 || isSame(first.root, second.root))
  }
  const path = isPowerOfTwo(first.size) ? [first.root, ...proof] : [...proof]
  let fn = first.size - 1
  let sn = second.size - 1
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  const [start, ...rest] = path
  if (start === undefined) {
    return false
  }
  let fr = start
  let sr = start
  for (const hash of rest) {
    if (sn === 0) {
      return false
    }
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(hash, fr)
      sr = nodeHash(hash, sr)
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2
        sn = Math.floor(sn / 2)
      }
    } else {
      sr = nodeHash(sr, hash)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && isSame(fr, first.root) && isSame(sr, second.root)
}

/** True for equal bytes; hashes here are no secrets. */
export const isSame = (a: Hash, b: Hash): boolean => Buffer.compare(a, b) === 0

function rootOf(nodes: readonly Hash[]): Hash {
  let root: Hash | null = null
  for (const node of nodes.toReversed()) {
    root = root === null ? node : nodeHash(node, root)
  }
  return root ?? createHash('sha256').digest()
}

/** Perfect subtrees of a subtree, the largest first. `start` must be where a subtree of that width can begin. */
function perfectRanges(start: number, end: number): Range[] {
  const found: Range[] = []
  let at = start
  while (at < end) {
    const width = isPowerOfTwo(end - at) ? end - at : splitOf(end - at)
    found.push({ start: at, end: at + width })
    at += width
  }
  return found
}

/** Largest power of two smaller than `width` (at least 2). */
function splitOf(width: number): number {
  let split = 1
  while (split * 2 < width) {
    split *= 2
  }
  return split
}

function isPowerOfTwo(width: number): boolean {
  return width === 1 || (width > 1 && splitOf(width) * 2 === width)
}
