//! A stored peering that the admission webhook would refuse today.

#[cfg(test)]
mod tests;
mod violations;

use std::collections::{BTreeMap, BTreeSet};

use self::violations::Checks;
use crate::facts::{Context, GatewayAgent, GatewayPeering, Gw, Object, PeeringRun, PeeringRuns, field_path};
use crate::finding::{Confidence, Key, KeyKind, Severity};
use crate::model::gateway::PeeringSpec;
use crate::parse::log::literals::dataplane;
use crate::rule::{Meta, Order, Outcome, Relation, Rule, Source};
use crate::validate::dataplane::{dataplane as refused, foreign_groups};
use crate::validate::{Subject, Violation};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Invalid;

static META: Meta = Meta {
    id: "peering-refused-by-webhook",
    reference: &["GW-PEER-INVALID", "S4"],
    title: "A stored peering breaks a rule that its next edit will be refused for",
    severities: &[Severity::Error, Severity::Warning, Severity::Info],
    needs: &[Source::GatewayPeerings],
    uses: &[
        Source::VpcInfos,
        Source::Vpcs,
        Source::GatewayAgents,
        Source::Gateways,
        Source::Pods,
        Source::Nodes,
        Source::Fabricator,
        Source::Deployments,
        Source::ShowTech,
        Source::DataplaneLog,
        Source::CaptureTime,
    ],
    explanation: "Repeats the checks of the admission webhook on every stored peering: shape of the expose blocks, of \
their NAT and ports, NAT modes that exclude each other, subnets that a VPC does not have, addresses outside of the \
VPC, and addresses that two peerings show to one VPC.

## Why it matters
The peering was stored before the check existed, or while the webhook was off. Its next edit is refused until it is \
corrected. If no gateway runs it, this is the probable reason why.

## Not a fault
A peering that a gateway runs and that the installed fabric would not refuse (information only). What the dataplane \
itself refuses is told by the rules on the configuration; missing groups, VPCs and externals by other rules on \
peerings. Release 25.05, and fields of very old expose blocks, are not judged.

## What to do
Correct the expose block.",
    explains: &[Relation { effects: &["GW-CTR-ZERO", "GW-CTR-ONEWAY"], join: &[KeyKind::Peering] }],
    order: Order::Configuration,
};

impl Rule for Invalid {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        if cx.is_25_05_namespace() {
            return;
        }
        let checks = Checks::new(cx);
        let mut state: Option<State<'_>> = None;
        for peering in cx.list::<GatewayPeering>() {
            if !peering.has_whole_spec(cx.truncated()) {
                continue;
            }
            let mut found = checks.of(peering);
            if found.is_empty() {
                out.pass();
                continue;
            }
            // Who runs what is only asked for where something is wrong.
            let state = state.get_or_insert_with(|| State::new(cx));
            state.told_elsewhere(&checks, peering, &mut found);
            if found.is_empty() {
                out.pass();
                continue;
            }
            let mut by_place: BTreeMap<Vec<String>, Vec<Violation>> = BTreeMap::new();
            for violation in found {
                by_place.entry(violation.route.clone()).or_default().push(violation);
            }
            for (route, violations) in by_place {
                report(cx, out, state, peering, &route, &violations);
            }
        }
    }
}

/// What gateways make of the peerings.
struct State<'b> {
    runs: PeeringRuns<'b>,
    /// What the dataplane refuses of single peerings, by name.
    refused: BTreeMap<String, Vec<Violation>>,
    /// Pairs of peerings that the dataplane refuses together, in name order.
    refused_pairs: BTreeSet<(String, String)>,
    /// Gateways of which other findings say (or may say, had more been captured) why they run nothing new.
    excused: BTreeSet<&'b str>,
    /// Peerings in the spec of each gateway's agent.
    specs: BTreeMap<&'b str, &'b BTreeMap<String, PeeringSpec>>,
}

impl<'b> State<'b> {
    fn new(cx: &Context<'b>) -> Self {
        let mut state = Self {
            runs: cx.peering_runs(),
            refused: BTreeMap::new(),
            refused_pairs: BTreeSet::new(),
            excused: BTreeSet::new(),
            specs: BTreeMap::new(),
        };
        for gateway in cx.gateways() {
            // Without its pods and its log nobody knows whether it is dead or refuses its configuration.
            let unknown = gateway.dataplane_log().is_none() || gateway.all_pods().is_empty();
            let mut excused = unknown || refuses(&gateway) || gateway.health().is_dead();
            if let Some(agent) = gateway.agent() {
                state.specs.insert(gateway.name(), &agent.spec.peerings);
                excused |= !foreign_groups(&agent.spec).is_empty();
                for violation in refused(&agent.spec) {
                    excused = true;
                    match &violation.subject {
                        Subject::Peering(name) => state.refused.entry(name.clone()).or_default().push(violation),
                        Subject::Peerings(a, b) => drop(state.refused_pairs.insert(ordered(a, b))),
                        _ => {}
                    }
                }
            }
            if excused {
                state.excused.insert(gateway.name());
            }
        }
        state
    }

    /// Leaves out what the rules on the configuration or on shared pools say of the same peering and entries.
    fn told_elsewhere(&self, checks: &Checks<'_, '_>, peering: &Object<GatewayPeering>, found: &mut Vec<Violation>) {
        let theirs = self.refused.get(peering.name());
        found.retain(|mine| match &mine.subject {
            Subject::Peerings(a, b) => !checks.share_a_pool(a, b) && !self.refused_pairs.contains(&ordered(a, b)),
            _ => !theirs.is_some_and(|theirs| theirs.iter().any(|theirs| same_entry(mine, theirs))),
        });
    }

    /// Another finding says why a peering that nobody runs is not run: nobody serves its group, or each gateway
    /// that does lacks it, refuses its configuration or is dead.
    fn is_explained(&self, name: &str, run: &PeeringRun<'_>) -> bool {
        run.serving().all(|gateway| {
            let lacks = self.specs.get(gateway).is_some_and(|spec| !spec.contains_key(name));
            lacks || self.excused.contains(gateway)
        })
    }
}

fn ordered(a: &str, b: &str) -> (String, String) {
    if a <= b { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) }
}

/// The gateway says that it refuses a configuration: in its log, or in the newest row of its history.
fn refuses(gateway: &Gw<'_, '_>) -> bool {
    let says = gateway.dataplane_log().is_some_and(|log| {
        [&dataplane::APPLY_FAILED, &dataplane::CONVERT_FAILED]
            .into_iter()
            .any(|literal| log.current(literal).next().is_some())
    });
    let history = gateway.show_tech().and_then(|output| output.value.history.as_ref());
    let newest = history.and_then(|rows| rows.iter().rev().find(|row| !row.rollback));
    says || newest.is_some_and(|row| row.error.is_some())
}

/// The two name the same expose block (or the peering as a whole).
fn same_entry(mine: &Violation, theirs: &Violation) -> bool {
    // Theirs begins with `peerings.<name>`; a block is `peering.<vpc>.expose.<index>`.
    let block = |route: &[String]| route.iter().take(4).cloned().collect::<Vec<_>>();
    let theirs = theirs.route.get(2..).unwrap_or_default();
    let (mine, theirs) = (block(&mine.route), block(theirs));
    mine.starts_with(&theirs) || theirs.starts_with(&mine)
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    state: &State<'_>,
    peering: &Object<GatewayPeering>,
    route: &[String],
    violations: &[Violation],
) {
    let name = peering.name();
    let Some(first) = violations.first() else { return };
    let run = state.runs.of(name, &peering.spec);
    let is_new_check = |violation: &Violation| violations::is_since_0_120(violation);
    let installed = |violation: &Violation| !is_new_check(violation) || cx.fabric_release().since(0, 120, 0);
    let (severity, confidence, effect) = if run.is_run() {
        let severity = if violations.iter().any(installed) { Severity::Warning } else { Severity::Info };
        (severity, Confidence::Certain, "Gateways run it as it is.")
    } else if run.is_run_by_nobody() && cx.complete::<GatewayAgent>() && !state.is_explained(name, &run) {
        (Severity::Error, Confidence::Likely, "No gateway runs it, and nothing else explains that.")
    } else {
        (
            Severity::Info,
            Confidence::Certain,
            "Whether gateways run it is not known, or another finding explains why not.",
        )
    };
    let why: Vec<&str> = violations.iter().map(|violation| violation.explanation.as_str()).collect();
    let quoted: Vec<String> = violations.iter().map(|violation| format!("\"{}\"", violation.text)).collect();
    let when = if violations.iter().any(installed) {
        "It was stored before this check existed, or while the webhook was off; its next edit will be refused"
    } else {
        "The installed fabric does not check this; from v0.120 on its next edit is refused"
    };
    let mut finding = out
        .finding(
            severity,
            peering.subject().part(field_path(route)),
            format!("Peering {name} breaks a rule of its admission: {}", lowered(&first.explanation)),
        )
        .confidence(confidence)
        .detail(format!("{} {when}: {}. {effect}", why.join(" "), quoted.join(", ")))
        .evidence(peering.spec_evidence(route, first.text.clone()));
    for violation in violations {
        let other = match &violation.subject {
            Subject::Peerings(a, b) => cx.find::<GatewayPeering>(if a == name { b } else { a }),
            _ => Some(peering),
        };
        if let (Some(other), Some(related)) = (other, &violation.related_route) {
            finding = finding.evidence(other.spec_evidence(related, format!("the other half, in {}", other.name())));
        }
    }
    if !run.is_run() {
        // One that is run explains nothing.
        finding = finding.key(Key::Peering(name.to_owned()));
    }
    out.report(
        finding
            .run(
                "Correct the expose block.",
                format!("kubectl edit gatewaypeering {name} -n {}", peering.meta.namespace),
            )
            .keys(peering.spec.peering.keys().map(|vpc| Key::Vpc(vpc.clone()))),
    );
}

/// For the middle of a sentence, without its full stop: names keep their case.
fn lowered(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    for word in ["The ", "There ", "Both ", "One ", "An ", "Expose "] {
        if let Some(rest) = sentence.strip_prefix(word) {
            return format!("{}{rest}", word.to_lowercase());
        }
    }
    sentence.to_owned()
}
