//! Gateway groups and communities.

use std::net::IpAddr;

use super::super::columns::{Heading, Row};
use super::super::piece::Spanned;
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// The members of a gateway group. Since dataplane v0.23 in order of preference (the first is active),
/// before by ascending priority (gateway reference 6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMembers {
    /// Group.
    pub name: Spanned<String>,
    /// Members in the order printed.
    pub members: Vec<GroupMember>,
}

/// A member of a gateway group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Gateway.
    pub name: Spanned<String>,
    /// Priority; higher is preferred.
    pub priority: Spanned<u32>,
    /// VTEP address.
    pub address: Option<Spanned<IpAddr>>,
    /// The row.
    pub span: Span,
}

/// The community of a rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Community {
    /// Rank in a group, from 0.
    pub rank: Spanned<u32>,
    /// Community as printed: `50001:0`.
    pub community: Spanned<String>,
}

pub(crate) fn members(section: &mut Section<'_, '_>) -> SectionRead<Vec<GroupMembers>> {
    let mut groups: Vec<GroupMembers> = Vec::new();
    let mut heading: Option<Heading<'_>> = None;
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        let trimmed = line.trim();
        if let Some(found) = Heading::of(line, &["name", "prio"]) {
            heading = Some(found);
        } else if let Some(name) = trimmed.text.strip_suffix(':').filter(|name| !name.contains(' ')) {
            groups.push(GroupMembers { name: trimmed.sub(0, name.len()).string(), members: Vec::new() });
        } else {
            let member = heading.as_ref().and_then(|heading| {
                let row = Row::new(line, heading);
                Some(GroupMember {
                    name: row.get("name")?.string(),
                    priority: row.get("prio")?.parse()?,
                    address: row.get("address").and_then(|cell| cell.parse()),
                    span: trimmed.span(),
                })
            });
            match (member, groups.last_mut()) {
                (Some(member), Some(group)) => group.members.push(member),
                _ => section.skipped.push(trimmed.span()),
            }
        }
    }
    if groups.is_empty() && section.body.lines().any(|line| !line.is_empty()) {
        return Err(UnknownLayout);
    }
    Ok(groups)
}

pub(crate) fn communities(section: &mut Section<'_, '_>) -> SectionRead<Vec<Community>> {
    let mut rows = Vec::new();
    let mut lines = section.body.lines().filter(|line| !line.is_empty());
    let Some(heading) = lines.next().and_then(|line| Heading::of(line, &["rank", "community"])) else {
        return Err(UnknownLayout);
    };
    for line in lines {
        let row = Row::new(line, &heading);
        match (row.get("rank").and_then(|cell| cell.parse()), row.get("community")) {
            (Some(rank), Some(community)) => rows.push(Community { rank, community: community.string() }),
            _ => section.skipped.push(line.trim().span()),
        }
    }
    Ok(rows)
}
