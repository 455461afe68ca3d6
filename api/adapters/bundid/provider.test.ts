import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundid, MISDEEDS, startBundid } from '../../../e2e/servers/bundid/index.ts'
import type { SamlAccounts, SamlAnswer } from '../../identity/account-provider.ts'
import { createBundidProvider } from './provider.ts'

const CALLBACK = 'http://localhost:8080/api/v1/identity/account/bundid/acs'

let bundid: Bundid
let accounts: SamlAccounts
const wrong = new Map<string, SamlAnswer>()
beforeAll(async () => {
  bundid = await startBundid()
  accounts = createBundidProvider({
    entryPoint: bundid.entryPoint,
    issuer: bundid.issuer,
    certificates: [bundid.certificate],
    entityId: bundid.entityId,
    privateKey: bundid.clientKey,
    decryptionKey: bundid.clientKey,
    displayName: () => 'Stadt Cottbus/Chóśebuz',
    serviceId: 'BMI-4711',
  })
  for (const mode of MISDEEDS) {
    wrong.set(mode, await finish({ mode }))
  }
})
afterAll(() => bundid.close())

type Choice = Parameters<Bundid['answer']>[1]
const CHOICE: Choice = { username: 'mara.lehmann', method: 'eID' }

async function begin(level: 'none' | 'basic' | 'substantial' | 'high' = 'substantial', requestId = '_request-1') {
  const { fields } = await accounts.begin({ requestId, level, callbackUrl: CALLBACK })
  return fields['SAMLRequest'] ?? ''
}

async function finish(choice: Partial<Choice>, known: string | null = '_request-1'): Promise<SamlAnswer> {
  const response = bundid.answer(await begin(), { ...CHOICE, ...choice })
  return await accounts.finish(response, {
    callbackUrl: CALLBACK,
    askedAtMs: async (id) => (id === known ? Date.now() : null),
  })
}

describe('a request to BundID', () => {
  it('is signed, asks for a level as the least, and carries the extension in the order of its schema', async () => {
    const xml = Buffer.from(await begin('substantial'), 'base64').toString('utf8')
    expect(xml).toContain(
      '<samlp:RequestedAuthnContext xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Comparison="minimum">',
    )
    expect(xml).toContain('STORK-QAA-Level-3')
    expect(xml).toMatch(
      /<akdb:AuthenticationRequest xmlns:akdb="https:\/\/www\.akdb\.de\/request\/2018\/09" Version="2" EnableStatusDetail="true"><akdb:AuthnMethods>.*<\/akdb:AuthnMethods><akdb:RequestedAttributes>.*<\/akdb:RequestedAttributes><akdb:DisplayInformation><classic-ui:Version xmlns:classic-ui="https:\/\/www\.akdb\.de\/request\/2018\/09\/classic-ui\/v1"><classic-ui:OrganizationDisplayName>Stadt Cottbus\/Chóśebuz</,
    )
    expect(xml).toContain(
      '<akdb:RequestedAttribute Name="urn:oid:1.3.6.1.4.1.25484.494450.3" RequiredAttribute="true"/>',
    )
    expect(xml).toContain('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')
    expect(() => bundid.answer(Buffer.from(xml.replace('Level-3', 'Level-1')).toString('base64'), CHOICE)).toThrow()
  })

  it.each([
    ['none', 'STORK-QAA-Level-1'],
    ['substantial', 'STORK-QAA-Level-3'],
    ['high', 'STORK-QAA-Level-4'],
  ] as const)('asks for %s as %s', async (level, stork) => {
    expect(Buffer.from(await begin(level), 'base64').toString('utf8')).toContain(`>${stork}<`)
  })
})

describe('a response of BundID', () => {
  it.each([
    ['eID', 'high'],
    ['Elster', 'substantial'],
    ['Benutzername', 'basic'],
  ] as const)('by %s signs in at level %s, with what each attribute is worth', async (method, trustLevel) => {
    const answer = await finish({ method })
    expect(answer).toMatchObject({
      kind: 'signed-in',
      requestId: '_request-1',
      claims: { subject: 'STANDIN-BPK2-0001', kind: 'person', trustLevel, provedBy: method },
    })
    const attributes = answer.kind === 'signed-in' ? answer.claims.attributes : []
    expect(attributes).toContainEqual({ name: 'givenNames', value: 'Mara Łucja', trustLevel })
    expect(attributes).toContainEqual({ name: 'birthDate', value: '1985-04-13', trustLevel })
    expect(attributes).toContainEqual({ name: 'email', value: 'mara.lehmann@beispiel.example', trustLevel: 'basic' })
  })

  it('may leave the assertion unencrypted', async () => {
    expect((await finish({ mode: 'plain' })).kind).toBe('signed-in')
  })

  it.each(MISDEEDS.map((mode) => [mode]))('is refused when it is wrong: %s', (mode) => {
    expect(wrong.get(mode)).toMatchObject({ kind: 'refused' })
  })

  it('is refused for the reason it was made wrong for', () => {
    const reasons = [...wrong].map(([mode, answer]) => [mode, answer.kind === 'refused' ? answer.reason : 'signed in'])
    expect(Object.fromEntries(reasons)).toMatchInlineSnapshot(`
      {
        "cancelled": "cancelled",
        "cdata": "no-plain-xml",
        "certificate-in-message": "signature",
        "comment-in-bpk2": "no-plain-xml",
        "comment-in-name-id": "no-plain-xml",
        "doctype": "no-plain-xml",
        "empty": "no-base64",
        "expired": "time",
        "foreign-request": "not-asked",
        "no-base64": "no-base64",
        "no-bpk2": "no-subject",
        "no-level": "no-level",
        "no-request": "no-request",
        "not-yet-valid": "time",
        "same-id-twice": "id-twice",
        "sha1": "algorithm",
        "tampered": "signature",
        "tampered-encrypted": "signature",
        "too-old": "time",
        "two-assertions": "id-twice",
        "unsigned-assertion": "signature",
        "unsigned-response": "signature",
        "wrong-audience": "audience",
        "wrong-certificate": "signature",
        "wrong-destination": "destination",
        "wrong-issuer": "issuer",
        "wrong-recipient": "recipient",
        "xsw1": "out-of-place",
        "xsw2": "out-of-place",
        "xsw3": "several-assertions",
        "xsw4": "out-of-place",
        "xsw5": "several-assertions",
        "xsw6": "out-of-place",
        "xsw7": "out-of-place",
        "xsw8": "out-of-place",
      }
    `)
  })

  it('is refused where its request is not known, or not any more', async () => {
    expect(await finish({}, null)).toEqual({ kind: 'refused', reason: 'not-asked' })
  })

  it('never shows the victim to whoever reads the refusal', () => {
    expect(JSON.stringify([...wrong.values()])).not.toMatch(/STANDIN|Lehmann/)
  })
})
