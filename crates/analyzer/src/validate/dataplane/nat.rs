//! Translation inside one peering (gateway reference 3.3, D13, D14, D16, D17, D25).

use std::collections::BTreeSet;

use super::super::Violation;
use super::super::expose::{Addresses, Mode, View};
use super::super::overlap;
use super::super::ports::PortRange;
use super::super::prefix::Ranges;
use super::{Peering, Side};

pub(super) fn check(peering: &Peering<'_>, found: &mut Vec<Violation>) {
    for side in &peering.sides {
        for view in side.views.iter().filter(|v| v.complete && !v.default) {
            match view.mode {
                Mode::Static => sizes(peering, view, found),
                Mode::PortForward => port_forward(peering, view, found),
                Mode::Plain | Mode::Masquerade => {}
            }
        }
        overlaps(peering, side, found);
    }
    if let Some((a, b)) = peering.pair().filter(|(a, b)| a.is_stateful() && b.is_stateful()) {
        let first = |side: &Side<'_>| side.views.iter().find(|v| v.mode.is_stateful()).map(|v| nat_route(peering, v));
        let mut violation = Violation::new(
            "D17",
            peering.subject(),
            first(b).unwrap_or_default(),
            format!("Peering {} has manifests using incompatible NAT modes", peering.name),
            format!("Both {} and {} use masquerade or port forwarding; only one side may.", a.vpc, b.vpc),
        )
        .vpcs(peering.vpc_names());
        violation.related_route = first(a);
        found.push(violation);
    }
}

fn nat_route(peering: &Peering<'_>, view: &View<'_>) -> Vec<String> {
    let mut path = view.route(&peering.base);
    path.push("nat".to_owned());
    path
}

fn ports(range: Option<PortRange>) -> u128 {
    range.map_or(1, |r| r.size().into())
}

/// D13. Returns whether the sizes fit.
fn sizes(peering: &Peering<'_>, view: &View<'_>, found: &mut Vec<Violation>) {
    let private = view.private.effective.size().saturating_mul(ports(view.private_ports));
    let public = view.public.effective.size().saturating_mul(ports(view.public_ports));
    // An empty side is D8 or D12.
    if private == public || private == 0 || public == 0 {
        return;
    }
    let unit = if view.rule.is_some() { "addresses × ports" } else { "addresses" };
    found.push(
        Violation::new(
            "D13",
            peering.subject(),
            view.rule_route(&peering.base),
            format!("Mismatched prefixes sizes for static NAT: {private} and {public}"),
            format!(
                "Expose {} of {} maps {private} {unit} to {public}; the numbers must be equal.",
                view.expose, view.vpc
            ),
        )
        .vpcs([view.vpc]),
    );
}

/// D14, then D13 and D25 where the shape is right.
fn port_forward(peering: &Peering<'_>, view: &View<'_>, found: &mut Vec<Violation>) {
    let mut report = |id, route: Vec<String>, text: String, why: String| {
        found.push(Violation::new(id, peering.subject(), route, text, why).vpcs([view.vpc]));
    };
    let (index, vpc) = (view.expose, view.vpc);
    let lists: [&Addresses; 2] = [&view.private, &view.public];
    let mut wrong = false;
    // The address lists are the same for each rule of the block: report them once.
    let first = view.rule.is_none_or(|rule| rule == 0);
    for list in lists {
        if let Some(not) = list.nots.first() {
            wrong = true;
            if first {
                report(
                    "D14",
                    view.entry_route(&peering.base, list, Some(not)),
                    "Forbidden: Port forwarding does not support exclusion prefixes".to_owned(),
                    format!("Port-forward expose {index} of {vpc} excludes {}.", not.prefix),
                );
            }
        }
        if list.entries.len() > 1 {
            wrong = true;
            if first {
                report(
                    "D14",
                    view.entry_route(&peering.base, list, list.entries.get(1)),
                    "Forbidden: Port forwarding requires a single prefix on each side".to_owned(),
                    format!(
                        "Port-forward expose {index} of {vpc} has {} prefixes in {}.",
                        list.entries.len(),
                        list.list
                    ),
                );
            }
        }
    }
    if wrong {
        return;
    }
    let before = found.len();
    sizes(peering, view, found);
    let (Some(private), Some(public)) = (view.private.entries.first(), view.public.entries.first()) else {
        return;
    };
    if found.len() == before && private.prefix.length() != public.prefix.length() {
        found.push(
            Violation::new(
                "D25",
                peering.subject(),
                view.rule_route(&peering.base),
                "Unsupported: Can't do port-forwarding between prefixes of distinct length",
                format!(
                    "Port-forward expose {index} of {vpc} maps {} to {}, which differ in length.",
                    private.prefix, public.prefix
                ),
            )
            .vpcs([vpc])
            .related(view.entry_route(&peering.base, &view.public, Some(public))),
        );
    }
}

/// D16: two blocks of one side overlap, in what they hold or in what they show.
fn overlaps(peering: &Peering<'_>, side: &Side<'_>, found: &mut Vec<Violation>) {
    let views: Vec<&View<'_>> = side.views.iter().filter(|v| !v.default).collect();
    let mut told = BTreeSet::new();
    for public in [false, true] {
        let list = |v: &View<'_>| {
            if public { v.public.clone() } else { v.private.clone() }
        };
        let range = |v: &View<'_>| {
            if public { v.public_ports } else { v.private_ports }
        };
        let lists: Vec<_> = views.iter().map(|v| list(v)).collect();
        let sets: Vec<&Ranges> = lists.iter().map(|l| &l.effective).collect();
        let relevant = |i: usize, j: usize| {
            let (Some(a), Some(b)) = (views.get(i), views.get(j)) else {
                return false;
            };
            let modes = (a.mode.min(b.mode), a.mode.max(b.mode));
            let compared = match modes {
                (Mode::Masquerade, Mode::PortForward) => false,
                (Mode::Plain, Mode::Plain) => !public,
                _ => true,
            };
            compared && range(a).is_none_or(|x| range(b).is_none_or(|y| x.overlaps(&y)))
        };
        for ((i, j), (v4, point)) in overlap::pairs(&sets, relevant) {
            let (Some(a), Some(b), Some(al), Some(bl)) = (views.get(i), views.get(j), lists.get(i), lists.get(j))
            else {
                continue;
            };
            // Two rules of one block overlap on both sides for one reason.
            if a.expose == b.expose && told.contains(&(a.expose, b.expose, false))
                || !told.insert((a.expose, b.expose, public))
            {
                continue;
            }
            let (left, right) = (al.entry_at(v4, point), bl.entry_at(v4, point));
            let text = |e: Option<&super::super::expose::Entry>| e.map(|e| e.prefix.to_string()).unwrap_or_default();
            let (at, related) = if a.expose == b.expose {
                (b.rule_route(&peering.base), a.rule_route(&peering.base))
            } else {
                (b.entry_route(&peering.base, bl, right), a.entry_route(&peering.base, al, left))
            };
            found.push(
                Violation::new(
                    "D16",
                    peering.subject(),
                    at,
                    format!("VPC prefixes overlap: {} and {}", text(left), text(right)),
                    format!(
                        "Exposes {} and {} of {} overlap in their {} addresses ({} and {}).",
                        a.expose,
                        b.expose,
                        side.vpc,
                        if public { "public" } else { "private" },
                        text(left),
                        text(right)
                    ),
                )
                .vpcs([side.vpc])
                .related(related),
            );
        }
    }
}
