//! The end of validity of a certificate in PEM: no more of it is read.

use jiff::Timestamp;

/// Tags of DER that are met on the way to the validity.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When the first certificate of a PEM text ends; none if it is not understood.
#[must_use]
pub fn not_after(pem: &str) -> Option<Timestamp> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let der = base64(body)?;
    let (SEQUENCE, certificate, _) = element(&der)? else { return None };
    let (SEQUENCE, mut fields, _) = element(certificate)? else { return None };
    let (tag, _, after_version) = element(fields)?;
    if tag == VERSION {
        fields = after_version;
    }
    // Serial number, algorithm of the signature, issuer.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (SEQUENCE, validity, _) = element(fields)? else { return None };
    let (tag, end, _) = element(element(validity)?.2)?;
    time(tag, std::str::from_utf8(end).ok()?)
}

/// Tag, content and what follows of the first element.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (digits, rest) = rest.split_at_checked(count).filter(|_| count <= 4)?;
        (digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let text = match tag {
        UTC_TIME => format!("{}{text}", if text.get(..2)? < "50" { "20" } else { "19" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| text.get(from..to);
    let stamp = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    );
    stamp.parse().ok()
}

/// Base64 with blanks in it.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => continue,
            _ if byte.is_ascii_whitespace() => continue,
            _ => return None,
        };
        bits = ((bits << 6) | u32::from(value)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Made for this test: valid from 2026-01-01 to 2036-01-01.
    pub(crate) const PEM: &str = "-----BEGIN CERTIFICATE-----
MIIBmjCCAUCgAwIBAgIUDRvkqYrcHmBq7Uy5onfVT3GqgbAwCgYIKoZIzj0EAwIw
KzERMA8GA1UECgwISGVkZ2Vob2cxFjAUBgNVBAMMDUZhYnJpY2F0b3IgQ0EwHhcN
MjYwMTAxMDAwMDAwWhcNMzYwMTAxMDAwMDAwWjArMREwDwYDVQQKDAhIZWRnZWhv
ZzEWMBQGA1UEAwwNRmFicmljYXRvciBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABNdfnj89VqVwJmPE9iZNPLCJOYRa7CZeyFdiEe8sV3AvrJoZpDZzX4KYQkic
j7MbfGBKGtWUxx+w1fRuYwWaLTejQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
AQH/BAQDAgKkMB0GA1UdDgQWBBSO+0FaqGoEeDClaTojBKMJyEMlmDAKBggqhkjO
PQQDAgNIADBFAiAD37VWbtdf20BAqYohhDj+M32xnbv4bdDTYS5oXmCqWQIhANdk
eZQKcxeN63ZRcCnbA6kXShOGpG7ZU0rT7yJJmV0R
-----END CERTIFICATE-----
";

    #[test]
    fn the_end_is_read() {
        assert_eq!(not_after(PEM).unwrap().to_string(), "2036-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_certificate() {
        for text in ["", "SUPPORT-DUMP-REDACTED", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(not_after(text), None, "{text}");
        }
        // Cut, or with a byte changed: anything but a panic.
        for cut in 0..PEM.len() {
            let _ = not_after(&PEM[..cut]);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(body in "[A-Za-z0-9+/=]{0,200}") {
            let _ = not_after(&format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"));
        }

        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = element(&bytes);
        }
    }
}
