//! IP prefixes and sets of addresses.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// An IP prefix, host bits cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix {
    net: IpNet,
}

impl Prefix {
    /// Parses `address/length` as Go's netip and the dataplane do: no zone, no leading zeros, host bits allowed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        parse_net(text).map(|net| Self { net: net.trunc() })
    }

    /// All IPv4 addresses: what a default expose stands for.
    #[must_use]
    pub fn everything_v4() -> Self {
        Self { net: IpNet::V4(ipnet::Ipv4Net::default()) }
    }

    /// Whether it is IPv4.
    #[must_use]
    pub fn is_v4(&self) -> bool {
        matches!(self.net, IpNet::V4(_))
    }

    /// Mask length in bits.
    #[must_use]
    pub fn length(&self) -> u8 {
        self.net.prefix_len()
    }

    /// Whether every address is in it (length 0).
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.length() == 0
    }

    /// First and last address as numbers.
    #[must_use]
    pub fn bounds(&self) -> (u128, u128) {
        match self.net {
            IpNet::V4(n) => (u32::from(n.network()).into(), u32::from(n.broadcast()).into()),
            IpNet::V6(n) => (n.network().into(), n.broadcast().into()),
        }
    }

    /// Whether `other` lies inside.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.net.contains(&other.net)
    }

    /// The prefix itself, then each wider one that holds it.
    pub fn widening(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |p| p.net.supernet().map(|net| Self { net }))
    }

    /// Whether the two share an address.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Number of addresses (2^128 saturates).
    #[must_use]
    pub fn size(&self) -> u128 {
        let (lo, hi) = self.bounds();
        (hi - lo).saturating_add(1)
    }

    /// Whether the address number `point` of the family lies inside.
    #[must_use]
    pub fn holds(&self, v4: bool, point: u128) -> bool {
        let (lo, hi) = self.bounds();
        self.is_v4() == v4 && lo <= point && point <= hi
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.net.fmt(f)
    }
}

/// Parses an interface address `a.b.c.d/len` and keeps its host bits.
#[must_use]
pub fn parse_net(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let digits = !length.is_empty() && length.len() <= 3 && length.bytes().all(|b| b.is_ascii_digit());
    if !digits || (length.len() > 1 && length.starts_with('0')) {
        return None;
    }
    let address: IpAddr = address.parse().ok()?;
    IpNet::new(address, length.parse().ok()?).ok()
}

/// A set of addresses of both families: sorted, disjoint, inclusive ranges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
}

impl<'a> FromIterator<&'a Prefix> for Ranges {
    fn from_iter<I: IntoIterator<Item = &'a Prefix>>(prefixes: I) -> Self {
        let mut set = Self::default();
        for prefix in prefixes {
            if prefix.is_v4() { set.v4.push(prefix.bounds()) } else { set.v6.push(prefix.bounds()) }
        }
        merge(&mut set.v4);
        merge(&mut set.v6);
        set
    }
}

impl Ranges {
    /// All addresses of several sets.
    #[must_use]
    pub fn union<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        for set in sets {
            all.v4.extend_from_slice(&set.v4);
            all.v6.extend_from_slice(&set.v6);
        }
        merge(&mut all.v4);
        merge(&mut all.v6);
        all
    }

    /// The ranges of one family, ascending.
    #[must_use]
    pub fn family(&self, v4: bool) -> &[(u128, u128)] {
        if v4 { &self.v4 } else { &self.v6 }
    }

    /// Whether no address is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Number of addresses (saturating).
    #[must_use]
    pub fn size(&self) -> u128 {
        self.v4.iter().chain(&self.v6).fold(0, |sum: u128, (lo, hi)| sum.saturating_add((hi - lo).saturating_add(1)))
    }

    /// The addresses that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self { v4: subtract(&self.v4, &other.v4), v6: subtract(&self.v6, &other.v6) }
    }

    /// The lowest address in both, with its family (`true` = IPv4).
    #[must_use]
    pub fn first_common(&self, other: &Self) -> Option<(bool, u128)> {
        first_common(&self.v4, &other.v4)
            .map(|point| (true, point))
            .or_else(|| first_common(&self.v6, &other.v6).map(|point| (false, point)))
    }

    /// Whether the two share an address.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first_common(other).is_some()
    }

    /// Whether every address of `other` is in this set.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }

    /// The lowest address of `prefix` that is in the set.
    #[must_use]
    pub fn first_in(&self, prefix: &Prefix) -> Option<u128> {
        let (lo, hi) = prefix.bounds();
        let ranges = self.family(prefix.is_v4());
        let at = ranges.partition_point(|r| r.1 < lo);
        ranges.get(at).filter(|r| r.0 <= hi).map(|r| r.0.max(lo))
    }
}

/// Sorts and joins touching ranges.
fn merge(ranges: &mut Vec<(u128, u128)>) {
    ranges.sort_unstable();
    let mut joined: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
    for &(lo, hi) in ranges.iter() {
        match joined.last_mut() {
            Some(last) if lo <= last.1.saturating_add(1) => last.1 = last.1.max(hi),
            _ => joined.push((lo, hi)),
        }
    }
    *ranges = joined;
}

fn subtract(from: &[(u128, u128)], cut: &[(u128, u128)]) -> Vec<(u128, u128)> {
    let mut left = Vec::new();
    let mut next = 0;
    for &(mut lo, hi) in from {
        let mut gone = false;
        while let Some(&(cut_lo, cut_hi)) = cut.get(next) {
            if cut_hi < lo {
                next += 1;
                continue;
            }
            if cut_lo > hi {
                break;
            }
            if cut_lo > lo {
                left.push((lo, cut_lo - 1));
            }
            if cut_hi >= hi {
                gone = true;
                break;
            }
            lo = cut_hi + 1; // cut_hi < hi, so this cannot overflow
            next += 1;
        }
        if !gone {
            left.push((lo, hi));
        }
    }
    left
}

fn first_common(a: &[(u128, u128)], b: &[(u128, u128)]) -> Option<u128> {
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let lo = x.0.max(y.0);
        if lo <= x.1.min(y.1) {
            return Some(lo);
        }
        if x.1 < y.1 { i += 1 } else { j += 1 }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Prefix {
        Prefix::parse(text).unwrap()
    }

    fn set(list: &[&str]) -> Ranges {
        list.iter().map(|t| p(t)).collect::<Vec<_>>().iter().collect()
    }

    #[test]
    fn parses_like_go() {
        for (text, shown) in [
            ("10.30.1.0/24", "10.30.1.0/24"),
            ("10.30.1.7/24", "10.30.1.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:db8::1/64", "2001:db8::/64"),
        ] {
            assert_eq!(p(text).to_string(), shown);
        }
        for text in
            ["", "/", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "010.0.0.0/8", "10.0.0.0/08", "fe80::%a/64", "10.0.0.0/+8"]
        {
            assert_eq!(Prefix::parse(text), None, "{text}");
        }
    }

    #[test]
    fn widens() {
        let wider: Vec<String> = p("128.0.0.0/2").widening().map(|p| p.to_string()).collect();
        assert_eq!(wider, ["128.0.0.0/2", "128.0.0.0/1", "0.0.0.0/0"]);
    }

    #[test]
    fn set_algebra() {
        let half = set(&["10.0.0.0/24"]).minus(&set(&["10.0.0.128/25"]));
        assert_eq!(half.size(), 128);
        assert!(!half.overlaps(&set(&["10.0.0.128/25"])));
        assert!(half.overlaps(&set(&["10.0.0.0/8"])));
        assert!(set(&["10.0.0.0/25", "10.0.0.128/25"]).covers(&set(&["10.0.0.0/24"])));
        assert!(!half.covers(&set(&["10.0.0.0/24"])));
        assert!(set(&["10.0.0.0/24"]).minus(&set(&["10.0.0.0/25", "10.0.0.128/25"])).is_empty());
        assert_eq!(set(&["10.0.0.0/24", "10.0.0.0/25"]).size(), 256);
        assert_eq!(set(&["::/0"]).size(), u128::MAX);
        assert!(set(&["::/0"]).minus(&set(&["::/0"])).is_empty());
        let holes = set(&["0.0.0.0/0"]).minus(&set(&["10.0.0.0/8", "255.255.255.255/32", "0.0.0.0/32"]));
        assert_eq!(holes.size(), (1 << 32) - (1 << 24) - 2);
        assert_eq!(half.first_in(&p("10.0.0.64/26")), Some(0x0a00_0040));
        assert_eq!(half.first_in(&p("10.0.0.192/26")), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = Prefix::parse(&text);
        }

        #[test]
        fn difference_and_rest_are_disjoint(a in proptest::collection::vec((0u32.., 0u8..=32), 0..8),
                                            b in proptest::collection::vec((0u32.., 0u8..=32), 0..8)) {
            let build = |list: &[(u32, u8)]| -> Vec<Prefix> {
                list.iter().filter_map(|(n, l)| Prefix::parse(&format!("{}/{l}", std::net::Ipv4Addr::from(*n)))).collect()
            };
            let (a, b): (Ranges, Ranges) = (build(&a).iter().collect(), build(&b).iter().collect());
            let rest = a.minus(&b);
            proptest::prop_assert!(!rest.overlaps(&b));
            proptest::prop_assert!(a.covers(&rest));
            let common = a.minus(&rest);
            proptest::prop_assert_eq!(common.size() + rest.size(), a.size());
            proptest::prop_assert!(b.covers(&common));
        }
    }
}
