import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Refusal } from '../../words/refusal.ts';

/** Where libvirt's packages put the RELAX NG schema of the domain XML (Debian: libvirt0, Fedora: libvirt-libs). */
export const LIBVIRT_SCHEMA = '/usr/share/libvirt/schemas/domain.rng';

/** @throws Refusal, with the package to install, where the schema is not there */
export function requireSchema(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  throw new Refusal(
    path === LIBVIRT_SCHEMA
      ? `${path}: libvirt's schema is not installed; it comes with the package libvirt0 (Debian) or libvirt-libs (Fedora)`
      : `${path}: no such schema`,
  );
}

/**
 * libvirt's grammar and what its schema does not say although libvirt under Xen reads it: a disk's hotplug script (R4.0:
 * by its name alone), hvmloader by its name alone (the type says with which firmware), and the additions of the libvirt
 * that Qubes ships: the stubdomain's emulator, the qubes graphics, a PCI device without strict reset or power management
 * filtering, or permissive (before the last releases of R4.2). Where the schema already says it, saying it twice changes
 * nothing.
 */
export function grammarWithXen(schema: string): string {
  return `<?xml version="1.0"?>
<grammar xmlns="http://relaxng.org/ns/structure/1.0" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <include href="${pathToFileURL(schema).href}"/>
  <define name="diskspec" combine="interleave">
    <optional>
      <element name="script">
        <attribute name="path">
          <choice><ref name="absFilePath"/><data type="string"><param name="pattern">[^/]+</param></data></choice>
        </attribute>
        <empty/>
      </element>
    </optional>
  </define>
  <define name="os" combine="choice">
    <element name="os">
      <interleave>
        <ref name="ostypehvm"/>
        <element name="loader">
          <optional><attribute name="type"><choice><value>rom</value><value>pflash</value></choice></attribute></optional>
          <value>hvmloader</value>
        </element>
        <ref name="osbootkernel"/>
        <zeroOrMore><ref name="osbootdev"/></zeroOrMore>
        <optional><ref name="smbios"/></optional>
        <optional><ref name="acpiTable"/></optional>
      </interleave>
    </element>
  </define>
  <define name="emulator" combine="choice">
    <element name="emulator">
      <attribute name="type"><choice><value>stubdom</value><value>stubdom-linux</value><value>none</value></choice></attribute>
      <optional><attribute name="cmdline"/></optional>
      <optional><attribute name="memory"><data type="positiveInteger"/></attribute></optional>
      <optional><attribute name="kernel"><ref name="absFilePath"/></attribute></optional>
      <optional><attribute name="ramdisk"><ref name="absFilePath"/></attribute></optional>
      <choice><empty/><ref name="absFilePath"/></choice>
    </element>
  </define>
  <define name="graphic" combine="choice">
    <element name="graphics">
      <attribute name="type"><value>qubes</value></attribute>
      <optional><attribute name="domain"/></optional>
      <optional><attribute name="log_level"><data type="unsignedInt"/></attribute></optional>
      <empty/>
    </element>
  </define>
  <define name="hostdevsubsyspci" combine="choice">
    <attribute name="type"><value>pci</value></attribute>
    <optional><attribute name="nostrictreset"><ref name="virYesNo"/></attribute></optional>
    <optional><attribute name="permissive"><ref name="virYesNo"/></attribute></optional>
    <element name="source">
      <optional><attribute name="writeFiltering"><ref name="virYesNo"/></attribute></optional>
      <optional><attribute name="powerManagementFiltering"><ref name="virYesNo"/></attribute></optional>
      <element name="address"><ref name="pciaddress"/></element>
    </element>
  </define>
</grammar>
`;
}
