//! Interface names, PCI addresses and internal ids.

/// Whether the webhook accepts an interface name: `^[a-zA-Z][a-zA-Z0-9_.-]{0,8}[a-zA-Z0-9]$` (gateway reference
/// 3.1, G9).
#[must_use]
pub fn is_interface_name(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    (2..=10).contains(&name.len())
        && name.bytes().all(inner)
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && name.bytes().next_back().is_some_and(|b| b.is_ascii_alphanumeric())
}

/// Whether a text is a PCI address `dddd:bb:dd.f` with a device up to 1f and a function up to 7.
#[must_use]
pub fn is_pci_address(text: &str) -> bool {
    let hex = |part: &str, width: usize, max: u32| {
        part.len() == width
            && part.bytes().all(|b| b.is_ascii_hexdigit())
            && u32::from_str_radix(part, 16).is_ok_and(|n| n <= max)
    };
    let Some((rest, function)) = text.split_once('.') else {
        return false;
    };
    let mut parts = rest.split(':');
    let (domain, bus, device) = (parts.next(), parts.next(), parts.next());
    parts.next().is_none()
        && domain.is_some_and(|p| hex(p, 4, 0xffff))
        && bus.is_some_and(|p| hex(p, 2, 0xff))
        && device.is_some_and(|p| hex(p, 2, 0x1f))
        && hex(function, 1, 7)
}

/// Whether a text is a VPC's internal id: exactly five ASCII letters or digits (gateway reference 1.5).
#[must_use]
pub fn is_internal_id(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interface_names() {
        for name in ["enp2s1", "e0", "eth0.10", "Ethernet10"] {
            assert!(is_interface_name(name), "{name}");
        }
        for name in ["", "e", "2eth", "eth0-", "enp129s0f0np1", "éth0", "eth 0"] {
            assert!(!is_interface_name(name), "{name}");
        }
    }

    #[test]
    fn pci_addresses() {
        assert!(is_pci_address("0000:3b:00.0"));
        assert!(is_pci_address("0000:02:1f.7"));
        for text in ["", "3b:00.0", "0000:3b:20.0", "0000:3b:00.8", "0000:3b:00", "0000:3b:00.0:1", "0000:3g:00.0"] {
            assert!(!is_pci_address(text), "{text}");
        }
    }

    #[test]
    fn internal_ids() {
        assert!(is_internal_id("0003a"));
        assert!(!is_internal_id("3a"));
        assert!(!is_internal_id("0003-"));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}") {
            let _ = (is_interface_name(&text), is_pci_address(&text), is_internal_id(&text));
        }
    }
}
