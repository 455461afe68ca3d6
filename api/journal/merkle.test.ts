import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  collectRanges,
  consistencyRanges,
  createAccumulator,
  type Hash,
  inclusionRanges,
  isConsistent,
  isIncluded,
  nodeHash,
  type Range,
} from './merkle.ts'

const leafOf = (text: Uint8Array | string): Hash => createHash('sha256').update(Uint8Array.of(0)).update(text).digest()
const leaves = (count: number): Hash[] => Array.from({ length: count }, (_, n) => leafOf(`leaf ${n}`))
const hex = (hash: Hash): string => Buffer.from(hash).toString('hex')

/** RFC 6962, 2.1, word for word: MTH(D[n]) and PATH and PROOF by recursion over the whole list. */
function naiveRoot(list: readonly Hash[]): Hash {
  if (list.length === 0) {
    return createHash('sha256').digest()
  }
  const [only] = list
  if (list.length === 1 && only !== undefined) {
    return only
  }
  const k = splitOf(list.length)
  return nodeHash(naiveRoot(list.slice(0, k)), naiveRoot(list.slice(k)))
}
function naivePath(m: number, list: readonly Hash[]): Hash[] {
  if (list.length <= 1) {
    return []
  }
  const k = splitOf(list.length)
  return m < k
    ? [...naivePath(m, list.slice(0, k)), naiveRoot(list.slice(k))]
    : [...naivePath(m - k, list.slice(k)), naiveRoot(list.slice(0, k))]
}
function naiveSubproof(m: number, list: readonly Hash[], b: boolean): Hash[] {
  if (m === list.length) {
    return b ? [] : [naiveRoot(list)]
  }
  const k = splitOf(list.length)
  return m <= k
    ? [...naiveSubproof(m, list.slice(0, k), b), naiveRoot(list.slice(k))]
    : [...naiveSubproof(m - k, list.slice(k), false), naiveRoot(list.slice(0, k))]
}
function splitOf(n: number): number {
  let k = 1
  while (k * 2 < n) {
    k *= 2
  }
  return k
}

function grow(list: readonly Hash[], ranges: readonly Range[] = []) {
  const collected = collectRanges(ranges)
  const tree = createAccumulator(undefined, collected.onNode)
  for (const leaf of list) {
    tree.append(leaf)
  }
  return { tree, proof: ranges.map(collected.rootOf) }
}

const sized = fc.integer({ min: 1, max: 130 })

describe('merkle tree', () => {
  it('gives the published roots of the eight test leaves of certificate-transparency', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    const list = inputs.map((input) => leafOf(Buffer.from(input, 'hex')))
    const roots = list.map((_, n) => hex(grow(list.slice(0, n + 1)).tree.root()))
    expect(roots[0]).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
    expect(roots[1]).toBe('fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125')
    expect(roots[7]).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
    expect(hex(createAccumulator().root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('has the root of the recursive definition at every size', () => {
    fc.assert(
      fc.property(sized, (size) => {
        expect(hex(grow(leaves(size)).tree.root())).toBe(hex(naiveRoot(leaves(size))))
      }),
    )
  })

  it('goes on from a stored frontier as if it had never stopped', () => {
    fc.assert(
      fc.property(sized, fc.nat(130), (size, cut) => {
        const list = leaves(size)
        const first = grow(list.slice(0, cut)).tree
        const second = createAccumulator(first.frontier())
        for (const leaf of list.slice(cut)) {
          second.append(leaf)
        }
        expect(hex(second.root())).toBe(hex(naiveRoot(list)))
      }),
    )
  })

  it('refuses a frontier that does not fit its size', () => {
    expect(() => createAccumulator({ size: 3, nodes: leaves(3) })).toThrow('frontier')
  })
})

describe('inclusion', () => {
  it('has the path of the recursive definition and verifies', () => {
    fc.assert(
      fc.property(sized, fc.nat(), (size, seed) => {
        const index = seed % size
        const list = leaves(size)
        const { tree, proof } = grow(list, inclusionRanges(index, size))
        expect(proof.map(hex)).toEqual(naivePath(index, list).map(hex))
        expect(isIncluded(list[index] as Hash, index, size, proof, tree.root())).toBe(true)
      }),
    )
  })

  it('fails for another leaf, index, size or a changed, shortened or prolonged proof', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 130 }), fc.nat(), fc.nat(), (size, seed, place) => {
        const index = seed % size
        const list = leaves(size)
        const { tree, proof } = grow(list, inclusionRanges(index, size))
        const leaf = list[index] as Hash
        const at = place % proof.length
        const changed = proof.map((hash, n) => (n === at ? leafOf('other') : hash))
        expect(isIncluded(leafOf('other'), index, size, proof, tree.root())).toBe(false)
        expect(isIncluded(leaf, (index + 1) % size, size, proof, tree.root())).toBe(false)
        expect(isIncluded(leaf, index, size, changed, tree.root())).toBe(false)
        expect(isIncluded(leaf, index, size, proof.slice(1), tree.root())).toBe(false)
        expect(isIncluded(leaf, index, size, [...proof, leafOf('more')], tree.root())).toBe(false)
      }),
    )
  })
})

describe('consistency', () => {
  it('has the proof of the recursive definition and verifies', () => {
    fc.assert(
      fc.property(sized, fc.nat(), (second, seed) => {
        const first = 1 + (seed % second)
        const list = leaves(second)
        const { tree, proof } = grow(list, consistencyRanges(first, second))
        const expected = first === second ? [] : naiveSubproof(first, list, true)
        expect(proof.map(hex)).toEqual(expected.map(hex))
        const before = { size: first, root: naiveRoot(list.slice(0, first)) }
        expect(isConsistent(before, { size: second, root: tree.root() }, proof)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('fails when an earlier leaf was changed afterwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 130 }), fc.nat(), fc.nat(), (second, seed, place) => {
        const first = 1 + (seed % second)
        const list = leaves(second)
        const forged = list.map((leaf, n) => (n === place % first ? leafOf('forged') : leaf))
        const { tree, proof } = grow(forged, consistencyRanges(first, second))
        const before = { size: first, root: naiveRoot(list.slice(0, first)) }
        expect(isConsistent(before, { size: second, root: tree.root() }, proof)).toBe(false)
      }),
    )
  })

  it('fails when the later tree is the smaller one', () => {
    const list = leaves(5)
    const small = { size: 3, root: naiveRoot(list.slice(0, 3)) }
    const large = { size: 5, root: naiveRoot(list) }
    expect(isConsistent(large, small, [])).toBe(false)
    expect(() => consistencyRanges(5, 3)).toThrow(RangeError)
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError)
  })
})
