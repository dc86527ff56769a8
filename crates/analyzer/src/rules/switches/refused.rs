//! The control plane does not let the agent of a switch in.

use std::collections::BTreeSet;

use super::reason::newest_log;
use super::relations::REFUSED_AGENT;
use super::state::{PATIENCE, key, subject};
use crate::facts::{Agent, Context, LogRef};
use crate::finding::{Key, Severity};
use crate::parse::log::literals::switch_failure::{self, certificate};
use crate::parse::log::{Hit, Literal, Stream};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Refused;

static META: Meta = Meta {
    id: "switch-agent-refused",
    reference: &["FAB-020"],
    title: "The control plane does not let the agent of a switch in",
    severities: &[Severity::Error],
    needs: &[Source::SwitchAgentLog],
    uses: &[Source::Agents],
    explanation: "Looks in `/var/log/agent.log` of each switch for `x509: …`, `Unauthorized` and `is forbidden`, at least twice \
and not followed by a heartbeat or another sign that the API answers again.

## Why it matters
The agent cannot read its configuration nor report: the switch forwards on as it is and is not managed.

## Not a fault
- A single line, for instance during an upgrade of the control node.
- Errors that are over.

## What to do
A certificate that is not valid yet or expired: check the clock of the switch. An unknown authority or a refused token: \
the control node or the Switch object was made anew, the switch needs its new kubeconfig (reinstall it).",
    explains: REFUSED_AGENT,
    order: Order::Node,
};

/// Literals with their meaning and what to do.
static ROWS: [(&Literal, &str, &str); 3] = [
    (
        &certificate::UNKNOWN_AUTHORITY,
        "it does not know the authority that signed the certificate of the control plane: the control node was \
         installed anew, or its authority was made anew",
        "Install the switch anew, or roll the authority out to it again.",
    ),
    (
        &switch_failure::CERTIFICATE_TIME,
        "a certificate is not valid at the time of the switch: its clock is wrong, or the certificate expired",
        "On the switch: `show ntp` and `date`; compare with the control node.",
    ),
    (
        &switch_failure::UNAUTHORIZED,
        "its token is not accepted: the Switch object or its secret was made anew",
        "Install the switch anew, or give it the new kubeconfig.",
    ),
];

impl Rule for Refused {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let names: BTreeSet<&str> = cx.logs(Stream::SwitchAgent).filter_map(|log| log.log.device.as_deref()).collect();
        for name in names {
            let Some(log) = newest_log(cx, Stream::SwitchAgent, name) else { continue };
            match ROWS.iter().find_map(|row| Some((row, lasting(cx, log, name, row.0)?))) {
                Some(((_, words, step), (first, last, count))) => {
                    let times = match (first.time(), last.time()) {
                        (Some(first), Some(last)) => format!(" from {first:.0} to {last:.0}"),
                        _ => String::new(),
                    };
                    out.report(
                        out.finding(
                            Severity::Error,
                            subject(cx, name),
                            format!("the control plane does not let the agent of {name} in"),
                        )
                        .detail(format!(
                            "The agent is refused because {words}. The switch forwards on as it is, but takes no \
                             configuration and does not report."
                        ))
                        .evidence(log.evidence(last, format!("log of the agent, {count} times{times}")))
                        .key(key(name))
                        .key(Key::Fabric)
                        .step(*step)
                        .run("On the switch: read the log of the agent.", "tail -n 200 /var/log/agent.log"),
                    );
                }
                None => out.pass(),
            }
        }
    }
}

/// First, last and number of the lines, if there are several and neither the log nor a heartbeat ends them.
fn lasting<'b>(
    cx: &Context<'b>,
    log: LogRef<'b>,
    switch: &str,
    literal: &'static Literal,
) -> Option<(&'b Hit, &'b Hit, usize)> {
    let hits: Vec<&Hit> = log.current(literal).collect();
    let (first, last) = (*hits.first()?, *hits.last()?);
    // A heartbeat that was written after the last line.
    let beat = cx.find::<Agent>(switch).and_then(|agent| agent.status.last_heartbeat?.at());
    let answered = beat.is_some_and(|beat| last.time().is_none_or(|at| beat > at));
    let lasted = first
        .time()
        .zip(last.time())
        .is_some_and(|(first, last)| last.as_second().saturating_sub(first.as_second()) > PATIENCE);
    ((hits.len() >= 3 || lasted) && !answered).then_some((first, last, hits.len()))
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Refused;
    use crate::rules::switches::heartbeat_stale::SwitchSilent;
    use crate::rules::switches::heartbeat_stale::tests::off;
    use crate::testing::{said, said_of_files};

    fn line(minute: u32, error: &str) -> String {
        format!(
            "time=2026-10-06T09:{minute:02}:01.1Z level=ERROR msg=Failed err=\"failed to run agent: failed to update agent heartbeat: {error}\"\n"
        )
    }

    const HEAD: &str = "time=2026-10-06T08:12:00.1Z level=INFO msg=\"Config applied\" name=leaf-01 gen=6 took=2s\n";

    #[test]
    fn an_unknown_authority() {
        let error = "tls: failed to verify certificate: x509: certificate signed by unknown authority";
        let log = format!("{HEAD}{}{}{}", line(10, error), line(20, error), line(30, error));
        let mut files = off("leaf-01", "09:09:00").files();
        files.insert("agent.log".into(), log.into_bytes());
        let found = said_of_files(&Refused, files.clone());
        assert_eq!(found.lines(), ["error Agent/leaf-01"]);
        let finding = &found.findings[0];
        assert!(finding.evidence[0].value.as_deref().unwrap().contains("unknown authority"));
        let silent = said_of_files(&SwitchSilent, files);
        assert_eq!(silent.findings[0].caused_by, std::slice::from_ref(&finding.id));
    }

    #[test]
    fn what_looks_like_it() {
        let error = "Unauthorized";
        for log in [
            // Once.
            format!("{HEAD}{}", line(10, error)),
            // Over: the log goes on with a heartbeat.
            format!(
                "{HEAD}{}{}{}time=2026-10-06T09:31:01.1Z level=DEBUG msg=\"Sending heartbeat\"\n",
                line(10, error),
                line(20, error),
                line(30, error)
            ),
            // Over: the Agent's heartbeat is younger.
            format!("{HEAD}{}{}{}", line(10, error), line(20, error), line(30, error)),
        ] {
            let mut files = World::healthy().small().files();
            files.insert("agent.log".into(), log.into_bytes());
            assert_eq!(said_of_files(&Refused, files).lines(), Vec::<String>::new());
        }
        let found = said(&Refused, &World::healthy().small());
        assert_eq!(found.not_checked, ["agent.log of the switch"]);
    }
}
