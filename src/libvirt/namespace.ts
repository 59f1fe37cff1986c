/** What the namespaces of our metadata begin with, whichever version of it they are of. */
export const NAMESPACE_FAMILY = 'urn:block-snapshot:devices:';

/** The namespace of the metadata that this program reads. */
export const NAMESPACE = `${NAMESPACE_FAMILY}1`;
