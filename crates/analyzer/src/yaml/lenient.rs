//! Scalars as numbers and booleans, more tolerant than YAML is.

use super::NodeRef;
use crate::source::ScalarStyle;

/// A value and, where it is not written as it should be, what was overlooked.
pub(super) struct Lenient<T> {
    pub(super) value: T,
    pub(super) note: Option<&'static str>,
}

const QUOTED: &str = "written as a string; read as what it stands for";

fn note(node: NodeRef<'_>) -> Option<&'static str> {
    (node.style() != Some(ScalarStyle::Plain)).then_some(QUOTED)
}

/// A whole number. Takes exponents (`1.2e+06`) where the value is whole, and the octal numbers (`0644`)
/// of YAML 1.1, which Kubernetes reads.
pub(super) fn integer(node: NodeRef<'_>) -> Option<Lenient<i128>> {
    let text = node.text()?;
    let plain = node.style() == Some(ScalarStyle::Plain);
    let octal = text
        .strip_prefix("0o")
        .or_else(|| text.strip_prefix('0').filter(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())));
    let value = match octal {
        Some(digits) if plain => i128::from_str_radix(digits, 8).ok()?,
        _ => match text.parse::<i128>() {
            Ok(value) => value,
            Err(_) => whole(text)?,
        },
    };
    Some(Lenient { value, note: note(node) })
}

/// A number with a fraction or exponent that is whole all the same.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and below 2^53")]
fn whole(text: &str) -> Option<i128> {
    let value = float_text(text)?;
    (value.is_finite() && value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0).then_some(value as i128)
}

fn float_text(text: &str) -> Option<f64> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" => return Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    // `parse` also takes words such as `inf` and `nan`.
    let numeric = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    numeric.then(|| text.parse().ok()).flatten()
}

/// A number.
pub(super) fn float(node: NodeRef<'_>) -> Option<Lenient<f64>> {
    Some(Lenient { value: float_text(node.text()?)?, note: note(node) })
}

/// A boolean; the words of YAML 1.1 only where they are not quoted.
pub(super) fn boolean(node: NodeRef<'_>) -> Option<Lenient<bool>> {
    let plain = node.style() == Some(ScalarStyle::Plain);
    let value = match node.text()? {
        "true" | "True" | "TRUE" => true,
        "false" | "False" | "FALSE" => false,
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" if plain => true,
        "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" if plain => false,
        _ => return None,
    };
    Some(Lenient { value, note: note(node) })
}
