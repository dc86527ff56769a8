//! The dataplane's metrics endpoint refuses connections.

use crate::facts::{Context, Gw, Output, PodRole};
use crate::finding::{Confidence, Evidence, Severity};
use crate::parse::log::literals::{alloy, dataplane};
use crate::rule::{Meta, Order, Outcome, Rule, Source};
use crate::source::Span;

/// Alloy tells every failed scrape: a last one within this time of the log's end means that it goes on.
const LASTING: i64 = 150;
/// Seconds after its start in which the dataplane may not listen yet.
const STARTING: i64 = 60;

/// See the metadata.
#[derive(Debug)]
pub(super) struct EndpointDown;

static META: Meta = Meta {
    id: "gateway-metrics-unreachable",
    reference: &["GW-METRICS-DOWN", "S22"],
    title: "The metrics endpoint of a gateway refuses connections",
    severities: &[Severity::Warning, Severity::Info],
    needs: &[],
    uses: &[
        Source::CaptureTime,
        Source::GatewayMetrics,
        Source::AlloyLog,
        Source::DataplaneLog,
        Source::Gateways,
        Source::GatewayAgents,
        Source::Pods,
        Source::Nodes,
    ],
    explanation: "\
Looks at what curl answered in place of the metrics, at failed scrapes in the log of Alloy on the gateway's node that last
to the end of the log, and at the dataplane's own line about its metrics server, while the dataplane's container runs.

## Why it matters

Without the metrics nobody sees the counters of the VPCs in the monitoring. Traffic is not affected.

## Not a fault

Asked from another host: the endpoint listens on the loopback address of the node only. Failed scrapes that ended. A
dataplane that does not run: that is a finding of its own. Port 9342 is the exporter of FRR.

## What to do

Ask on the gateway's node: `curl -s http://127.0.0.1:9442/metrics`. If another program holds the port, end it and restart
the dataplane.",
    explains: &[],
    order: Order::Counters,
};

impl Rule for EndpointDown {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        for gw in cx.gateways() {
            if gw.metrics().is_some() {
                out.pass();
                continue;
            }
            let answer = gw.metrics_failure().and_then(|output| answer(cx, gw, output));
            let scrapes = failed_scrapes(gw);
            let server = server_error(gw);
            if answer.is_none() && scrapes.is_none() && server.is_none() {
                match (gw.metrics_failure(), gw.alloy_log()) {
                    (None, None) => out.not_checked(gw.agent_subject(), Source::GatewayMetrics),
                    (Some(output), None) => {
                        out.cannot_tell(gw.agent_subject(), format!("metrics: curl says \"{}\"", output.value));
                    }
                    (_, Some(_)) => out.pass(),
                }
                continue;
            }
            match running(gw) {
                None => out.not_checked(gw.agent_subject(), Source::Pods),
                // Its pod's own finding says it all.
                Some(false) => {}
                Some(true) => report(cx, out, gw, answer, scrapes, server),
            }
        }
    }
}

/// The dataplane's container runs; none if its pods are not captured.
fn running(gw: Gw<'_, '_>) -> Option<bool> {
    let pods = gw.pods(PodRole::Dataplane);
    if pods.is_empty() && !gw.cx().complete::<crate::facts::Pod>() {
        return None;
    }
    Some(pods.iter().any(|pod| match pod.container("dataplane") {
        Some(view) => view.status.state.running.is_some(),
        None => pod.table().is_some_and(|row| row.status == "Running"),
    }))
}

/// What curl answered.
struct Answer {
    evidence: Evidence,
    /// Asked from another host than the gateway's node.
    elsewhere: bool,
    /// Only the name of the file tells where it was asked.
    assumed: bool,
}

fn answer(cx: &Context<'_>, gw: Gw<'_, '_>, output: &Output<String>) -> Option<Answer> {
    let words = output.value.to_ascii_lowercase();
    let refused =
        ["connection refused", "connect to server", "failed to connect"].iter().any(|text| words.contains(text));
    let (command, text) = (cx.heading(output.entry).unwrap_or(""), cx.text(output.entry));
    let says = |word: &str| command.contains(word) || text.contains(word);
    // The exporter of FRR has another port.
    if !refused || words.contains("9342") || (says("9342") && !says("9442")) {
        return None;
    }
    let span =
        text.find(&output.value).map_or(Span::new(0, 0), |at| Span::new(at, at.saturating_add(output.value.len())));
    let loopback = ["127.0.0.1", "localhost", "::1"].iter().any(|host| says(host));
    let host = asking_host(command).or_else(|| asking_host(text));
    let elsewhere = !loopback || host.is_some_and(|host| host != gw.name());
    let evidence = output.evidence(span, "answer in place of the metrics").value(&output.value);
    Some(Answer { evidence, elsewhere, assumed: host.is_none() })
}

/// The host in the prompt before the command: `core@gateway-1 ~ $ curl …`.
fn asking_host(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.contains("curl") && line.contains(['$', '#']) && line.contains('@'))?;
    let host = line.split('@').nth(1)?.split([' ', ':', '$', '#', ']']).next()?;
    (!host.is_empty() && !host.contains('/')).then_some(host)
}

/// Failed scrapes that last to the end of Alloy's log, after the dataplane's last start.
struct Scrapes {
    count: usize,
    first: Option<jiff::Timestamp>,
    evidence: Evidence,
}

fn failed_scrapes(gw: Gw<'_, '_>) -> Option<Scrapes> {
    let log = gw.alloy_log()?;
    let end = log.scan().last_time?;
    let started = gw.dataplane_started().and_then(crate::model::Time::at);
    let refused = |hit: &&crate::parse::log::Hit| {
        log.slice(hit.line).contains("connection refused") && hit.time().is_some_and(|time| Some(time) > started)
    };
    let mut hits = log.hits(&alloy::SCRAPE_FAILED).filter(refused);
    let first = hits.next()?;
    let (count, last) = hits.fold((1_usize, first), |(count, _), hit| (count.saturating_add(1), hit));
    if end.as_second().saturating_sub(last.time()?.as_second()) > LASTING {
        return None;
    }
    let note = format!("last of {count} failed scrapes in the log of Alloy");
    Some(Scrapes { count, first: first.time(), evidence: log.evidence(last, note) })
}

/// The dataplane's own line: something else holds the port.
fn server_error(gw: Gw<'_, '_>) -> Option<Evidence> {
    let log = gw.dataplane_log()?;
    let hit = log.current(&dataplane::METRICS_FAILED).last()?;
    Some(log.evidence(hit, "the dataplane's metrics server"))
}

fn report(
    cx: &Context<'_>,
    out: &mut Outcome,
    gw: Gw<'_, '_>,
    answer: Option<Answer>,
    scrapes: Option<Scrapes>,
    server: Option<Evidence>,
) {
    let name = gw.name();
    let elsewhere = scrapes.is_none() && server.is_none() && answer.as_ref().is_some_and(|answer| answer.elsewhere);
    let starting = gw.dataplane_started().and_then(|time| cx.age(time)).is_some_and(|age| age.under(STARTING));
    let severity = if elsewhere || starting || gw.is_new() { Severity::Info } else { Severity::Warning };
    let sure = scrapes.is_some() || server.is_some() || answer.as_ref().is_some_and(|answer| !answer.assumed);
    let title = if elsewhere {
        format!("The metrics of {name} were asked for from another host")
    } else {
        format!("The metrics endpoint of {name} refuses connections although its dataplane runs")
    };
    let mut detail = if elsewhere {
        "Port 9442 is open on the loopback address of the gateway's node only: a refused connection from elsewhere is \
         right and tells nothing."
            .to_owned()
    } else {
        "The counters of its VPCs are missing in the monitoring; traffic is not affected.".to_owned()
    };
    if server.is_some() {
        detail.push_str(" The dataplane could not listen: another program holds the port.");
    }
    if let Some(scrapes) = &scrapes {
        let since = scrapes.first.map_or_else(String::new, |time| format!(" since {time}"));
        detail.push_str(&format!(" Alloy failed {} times{since}, to the end of its log.", scrapes.count));
    }
    let finding = out
        .finding(severity, gw.agent_subject(), title)
        .confidence(if sure { Confidence::Certain } else { Confidence::Likely })
        .detail(detail)
        .evidences(server)
        .evidences(answer.map(|answer| answer.evidence))
        .evidences(scrapes.map(|scrapes| scrapes.evidence))
        .run(format!("Ask again on the node of {name}"), "curl -s http://127.0.0.1:9442/metrics".to_owned())
        .run(
            "See whether the dataplane listens",
            format!("kubectl logs -n fab ds/gw--{name}--dataplane -c dataplane | grep 'metrics server'"),
        )
        .key(gw.key());
    out.report(finding);
}

#[cfg(test)]
#[path = "endpoint_down_tests.rs"]
mod tests;
