import { expect, test } from 'vitest';
import { isSourceNamed } from '../../src/domain/source-name.ts';

const FLUX = 'OCIRepository/flux-system/shop';
const OCI = 'OCISource//oci://localhost:5000/shop:dev';
const GIT = 'GitSource//https://…@git.example/shop.git@main';

test.each([
  [FLUX, 'flux-system/shop', true],
  [FLUX, FLUX, true],
  [FLUX, 'GitRepository/flux-system/shop', false],
  [FLUX, 'shop', false],
  [OCI, 'oci://localhost:5000/shop:dev', true],
  [OCI, OCI, true],
  [OCI, 'oci://localhost:5000/shop', false],
  [GIT, 'https://ann:s3cret@git.example/shop.git@main', true],
])('%s by the name %s: %s', (id, wanted, is) => {
  expect(isSourceNamed(id, wanted)).toBe(is);
});
