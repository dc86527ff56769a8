//! Peerings of the applied configuration in detail.

use ipnet::IpNet;

use super::super::piece::{Piece, Spanned};
use super::super::when::duration;
use super::{Section, SectionRead};

/// `Peerings of VPC:<v> Id:<id> vni :<n> (<k>)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcPeerings {
    /// The VPC.
    pub vpc: Spanned<String>,
    /// Internal id.
    pub id: Option<Spanned<String>>,
    /// VNI.
    pub vni: Option<Spanned<u32>>,
    /// Its peerings.
    pub peerings: Vec<AppliedPeering>,
}

/// A peering as the dataplane runs it, seen from one VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedPeering {
    /// GatewayPeering.
    pub name: Spanned<String>,
    /// Gateway group.
    pub group: Option<Spanned<String>>,
    /// The VPC's own side.
    pub local: AppliedSide,
    /// The other side.
    pub remote: AppliedSide,
}

/// One side of a peering.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppliedSide {
    /// The VPC, on the remote side.
    pub vpc: Option<Spanned<String>>,
    /// Its internal id, on the remote side.
    pub id: Option<Spanned<String>>,
    /// What it exposes.
    pub exposes: Vec<AppliedExpose>,
}

/// One expose entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppliedExpose {
    /// Private prefixes; empty for `default`.
    pub prefixes: Vec<AppliedPrefix>,
    /// Prefixes towards the other side where NAT is configured.
    pub translated: Vec<AppliedPrefix>,
    /// The entry is `default`.
    pub default: bool,
    /// NAT of the entry.
    pub nat: Option<AppliedNat>,
}

/// A prefix with its ports as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedPrefix {
    /// Prefix.
    pub prefix: Spanned<IpNet>,
    /// Ports in the brackets; `all` is none.
    pub ports: Option<Spanned<String>>,
}

/// The NAT text of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedNat {
    /// `masquerade`, `static` or `port-forwarding`.
    pub kind: Spanned<String>,
    /// Idle timeout in seconds.
    pub idle_timeout: Option<Spanned<u64>>,
}

/// The peerings under the title; `None` for another title.
pub(crate) fn read(title: Piece<'_>, section: &mut Section<'_, '_>) -> Option<SectionRead<VpcPeerings>> {
    let (vpc, rest) = title.after("Peerings of VPC:")?.first_word();
    let id = rest.split_once("Id:").map(|(_, id)| id.first_word().0.string());
    let vni = rest.split_once("vni").and_then(|(_, vni)| {
        vni.trim()
            .after(":")?
            .number()
            .and_then(|vni| u32::try_from(vni.value).ok().map(|value| Spanned { value, span: vni.span }))
    });
    let mut out = VpcPeerings { vpc: vpc.string(), id, vni, peerings: Vec::new() };
    let mut remote = false;
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        let trimmed = line.trim();
        if let Some(name) = trimmed.after("■") {
            let name = name.sub(0, name.text.trim_end_matches(':').len()).trim();
            out.peerings.push(AppliedPeering {
                name: name.string(),
                group: None,
                local: AppliedSide::default(),
                remote: AppliedSide::default(),
            });
            remote = false;
            continue;
        }
        let Some(peering) = out.peerings.last_mut() else {
            section.skipped.push(trimmed.span());
            continue;
        };
        if let Some(group) = trimmed.after("gwgroup:") {
            peering.group = Some(group.string());
        } else if trimmed.text == "local:" {
            remote = false;
        } else if let Some(other) = trimmed.after("remote VPC is ") {
            remote = true;
            peering.remote.vpc = Some(other.first_word().0.string());
            peering.remote.id = other.between("(id:", ")").map(Piece::string);
        } else {
            let side = if remote { &mut peering.remote } else { &mut peering.local };
            if !side.line(trimmed) {
                section.skipped.push(trimmed.span());
            }
        }
    }
    let VpcPeerings { vpc, id, vni, peerings } = out;
    Some(section.counted(peerings).map(|peerings| VpcPeerings { vpc, id, vni, peerings }))
}

impl AppliedSide {
    /// Reads `prefixes: …`, `as: …` and lines that continue them. False for other lines.
    fn line(&mut self, line: Piece<'_>) -> bool {
        if let Some(list) = line.after("prefixes:") {
            self.exposes.push(AppliedExpose {
                default: list.words().any(|word| word.text == "default"),
                prefixes: prefixes(list),
                translated: Vec::new(),
                nat: nat(list),
            });
            return true;
        }
        let Some(expose) = self.exposes.last_mut() else {
            return false;
        };
        if let Some(list) = line.after("as:") {
            expose.translated.extend(prefixes(list));
            expose.nat = nat(list).or(expose.nat.take());
            return true;
        }
        let more = prefixes(line);
        let nat = nat(line);
        if more.is_empty() && nat.is_none() {
            return false;
        }
        let list = if expose.translated.is_empty() { &mut expose.prefixes } else { &mut expose.translated };
        list.extend(more);
        expose.nat = nat.or(expose.nat.take());
        true
    }
}

/// `10.20.4.0/24:[all]`, several of them apart by blanks or commas.
fn prefixes(text: Piece<'_>) -> Vec<AppliedPrefix> {
    text.words()
        .filter_map(|word| {
            let word = word.sub(0, word.text.trim_end_matches(',').len());
            let (prefix, ports) = match word.split_once(":[") {
                Some((prefix, ports)) => (prefix, Some(ports.sub(0, ports.text.trim_end_matches(']').len()))),
                None => (word, None),
            };
            Some(AppliedPrefix {
                prefix: prefix.parse()?,
                ports: ports.filter(|ports| ports.text != "all").map(Piece::string),
            })
        })
        .collect()
}

/// `NAT:masquerade, idle timeout: 120`.
fn nat(text: Piece<'_>) -> Option<AppliedNat> {
    let (_, rest) = text.split_once("NAT:")?;
    let rest = rest.trim();
    let end = rest.text.find([',', ' ']).unwrap_or(rest.text.len());
    let kind = rest.sub(0, end);
    let idle_timeout = rest.split_once("idle timeout:").and_then(|(_, timeout)| {
        let timeout = timeout.trim();
        timeout.parse().or_else(|| duration(timeout.text).map(|seconds| timeout.with(seconds)))
    });
    (!matches!(kind.text, "" | "-" | "none")).then(|| AppliedNat { kind: kind.string(), idle_timeout })
}
