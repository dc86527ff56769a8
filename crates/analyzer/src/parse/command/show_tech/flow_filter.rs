//! The flow filter: which VPC may reach which prefix of which other VPC.

use super::super::columns::Heading;
use super::super::piece::{Piece, Spanned};
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// The rules. A pair of VPCs that has none is dropped as `Filtered` (gateway reference 6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowFilter {
    /// How it was printed.
    pub form: FilterForm,
    /// Rules towards a destination.
    pub rules: Vec<FilterRule>,
    /// False where the text ends inside the section or a line was not understood: a missing rule then
    /// proves nothing.
    pub complete: bool,
}

/// Form of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FilterForm {
    /// Text tree, up to dataplane v0.23.
    Tree,
    /// Grids, since dataplane v0.24.
    Grids,
}

/// A rule: from a VPC to a destination in another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterRule {
    /// VNI of the VPC that the packet comes from.
    pub source_vni: Spanned<u32>,
    /// Destination as printed; none for the default.
    pub destination: Option<Spanned<String>>,
    /// VNI of the VPC that it goes to.
    pub dest_vni: Spanned<u32>,
    /// NAT of the destination, as printed; `-` is none.
    pub nat: Option<Spanned<String>>,
    /// The row.
    pub span: Span,
}

impl FlowFilter {
    /// The first rule from one VNI to another.
    #[must_use]
    pub fn rule(&self, source_vni: u32, dest_vni: u32) -> Option<&FilterRule> {
        self.rules.iter().find(|rule| rule.source_vni.value == source_vni && rule.dest_vni.value == dest_vni)
    }
}

/// `Remote v4 (…):` with `rank proto src-vni dst-vni destination dst-port | to NAT`; only the remote grids
/// say where packets may go.
pub(crate) fn grids(section: &mut Section<'_, '_>) -> SectionRead<FlowFilter> {
    let mut rules = Vec::new();
    let (mut remote, mut known) = (false, false);
    let mut heading: Option<Heading<'_>> = None;
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        let trimmed = line.trim();
        if trimmed.text.ends_with(':') && !trimmed.text.starts_with('[') {
            remote = trimmed.text.starts_with("Remote");
            known |= remote;
            heading = None;
        } else if let Some(found) = Heading::of(line, &["rank"]) {
            heading = Some(found);
        } else if !remote || trimmed.text == "(no rules)" {
        } else if let Some(rule) = heading.as_ref().and_then(|heading| grid_row(line, heading)) {
            rules.push(rule);
        } else {
            section.skipped.push(trimmed.span());
        }
    }
    if known {
        Ok(FlowFilter { form: FilterForm::Grids, rules, complete: section.complete() })
    } else {
        Err(UnknownLayout)
    }
}

fn grid_row(line: Piece<'_>, heading: &Heading<'_>) -> Option<FilterRule> {
    let words: Vec<_> = line.words().collect();
    let get = |name: &str| words.get(heading.index(name)?).copied();
    let destination = get("destination")?;
    let nat = get("NAT").filter(|nat| nat.text != "-");
    Some(FilterRule {
        source_vni: get("src-vni")?.parse()?,
        destination: Some(destination.string()),
        dest_vni: vni(get("to")?)?,
        nat: nat.map(Piece::string),
        span: line.trim().span(),
    })
}

/// `subtable for TCP/UDP:` / `source VPC VNI(310):` / `source: …` / `destination: …, data:` /
/// `destination VPC: VNI(420), source NAT: -, destination NAT: Stateful`.
pub(crate) fn tree(section: &mut Section<'_, '_>) -> SectionRead<FlowFilter> {
    let mut rules = Vec::new();
    let mut known = false;
    let mut source: Option<Spanned<u32>> = None;
    let mut destination: Option<Spanned<String>> = None;
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        let trimmed = line.trim();
        if trimmed.text.starts_with("subtable for") {
            known = true;
            source = None;
        } else if let Some(rest) = trimmed.after("source VPC VNI") {
            known = true;
            source = rest.between("(", ")").and_then(Piece::parse);
        } else if let Some(rest) = trimmed.after("destination VPC:") {
            let nat = rest.split_once("destination NAT:").map(|(_, nat)| nat.trim());
            match (source, vni(rest)) {
                (Some(source_vni), Some(dest_vni)) => rules.push(FilterRule {
                    source_vni,
                    destination: destination.take(),
                    dest_vni,
                    nat: nat.filter(|nat| !matches!(nat.text, "" | "-")).map(Piece::string),
                    span: trimmed.span(),
                }),
                _ => section.skipped.push(trimmed.span()),
            }
        } else if let Some(rest) = trimmed.after("destination:") {
            let prefix = rest.text.strip_suffix(", data:").unwrap_or(rest.text);
            destination = Some(rest.sub(0, prefix.len()).string());
        } else if trimmed.text.starts_with("remote default") {
            destination = None;
        }
    }
    if known {
        Ok(FlowFilter { form: FilterForm::Tree, rules, complete: section.complete() })
    } else {
        Err(UnknownLayout)
    }
}

/// `VNI(300)`.
fn vni(text: Piece<'_>) -> Option<Spanned<u32>> {
    text.between("VNI(", ")")?.parse()
}
