use proptest::prelude::*;

use super::{curl_failure, empty_answer, looks_like_metrics, parse, parse_matching};

const EXPORT: &str = "# HELP vpc_packet_count \n# TYPE vpc_packet_count gauge\nvpc_packet_count{total=\"vpc-1\"} 18446744073709551615\nvpc_packet_count{from=\"vpc-1\",to=\"ext.isp-1\"} 0\n\n# TYPE vpc_packet_rate gauge\nvpc_packet_rate{drops=\"vpc-1\"} 0.0000001\n";

#[test]
fn exporter_text() {
    let found = parse(EXPORT);
    assert_eq!(found.samples.len(), 3);
    assert!(found.noise.is_empty() && found.problems.is_empty() && !found.complete);
    assert_eq!(found.families, ["vpc_packet_count", "vpc_packet_rate"]);
    let first = &found.samples[0];
    assert_eq!((first.label("total"), first.as_u64()), (Some("vpc-1"), Some(u64::MAX)));
    assert!(first.span.slice(EXPORT).starts_with("vpc_packet_count{total"));
    assert_eq!(found.samples[1].label("to"), Some("ext.isp-1"));
    assert_eq!(found.named("vpc_packet_rate").next().unwrap().as_u64(), None);
}

#[test]
fn values_labels_and_stamps() {
    let text = "a 1\nb{} NaN\nc{x=\"a\\\"b\\\\c\\nd\", y = \"{,}\" ,} +Inf\nd{x=\"1\"} 1.2e+06 1772616030123\ne 5.0 1772616030.5 # {trace=\"x\"} 1\n# EOF\n";
    let found = parse(text);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert!(found.complete);
    let samples = &found.samples;
    assert_eq!(samples.len(), 5);
    assert!(samples[1].value.is_nan());
    assert_eq!(samples[2].label("x"), Some("a\"b\\c\nd"));
    assert_eq!(samples[2].label("y"), Some("{,}"));
    assert_eq!((samples[2].value, samples[2].as_u64()), (f64::INFINITY, None));
    assert_eq!(samples[3].as_u64(), Some(1_200_000));
    assert_eq!(samples[3].time(), Some("2026-03-04T09:20:30.123Z".parse().unwrap()));
    assert_eq!((samples[4].as_u64(), samples[4].time()), (Some(5), Some("2026-03-04T09:20:30.5Z".parse().unwrap())));
}

#[test]
fn terminal_around_it() {
    let text = format!(
        "core@gateway-1 ~ $ curl -v localhost:9442/metrics\n  % Total    % Received % Xferd  Average Speed   Time\n                                 Dload  Upload   Total\n100  5120  100  5120    0     0  1250k      0 --:--:-- --:--:-- --:--:-- 1666k\n< HTTP/1.1 200 OK\nContent-Type: text/plain\n* Connected\n\n{EXPORT}core@gateway-1 ~ $ \n"
    );
    let found = parse(&text);
    assert_eq!((found.samples.len(), found.problems.len(), found.noise.len()), (3, 0, 2));
    assert!(found.noise[0].slice(&text).ends_with("* Connected"));
    assert_eq!(curl_failure(&text), None);
}

#[test]
fn broken_lines_are_told_and_the_rest_kept() {
    let text = "vpc_a{total=\"x\" 5\nvpc_b{total=x} 5\nvpc_c{total=\"x\"}\nvpc_d{total=\"x\"} five\nvpc_e{total=\"x\"} 5\r\n# TYPE vpc_f gauge\nvpc_f oops\n";
    let found = parse(text);
    assert_eq!(found.samples.len(), 1);
    assert_eq!(found.problems.len(), 5);
    assert_eq!(found.problems[3].span.slice(text), "vpc_d{total=\"x\"} five");
    let many = "x{ 1\n".repeat(200);
    assert_eq!(parse(&many).problems.len(), 51);
}

#[test]
fn names_can_be_filtered() {
    let text = format!("{EXPORT}apiserver_request_total{{broken 5\n");
    let found = parse_matching(&text, |name| name.starts_with("vpc_packet_count"));
    assert_eq!((found.samples.len(), found.problems.len()), (2, 0));
}

#[test]
fn recognised_by_content() {
    assert!(looks_like_metrics(EXPORT));
    assert!(looks_like_metrics("vpc_packet_count{total=\"a\"} 0\nvpc_packet_count{total=\"b\"} 0\n"));
    for other in ["NAME READY\na 1\nb 2\n", "# TYPE of thing\n", "a: {b: c}\n", "", "time=\"x\" level=info\n"] {
        assert!(!looks_like_metrics(other), "{other}");
    }
}

#[test]
fn failures_of_the_capture() {
    let refused = "$ curl -s localhost:9442/metrics\ncurl: (7) Failed to connect to localhost port 9442 after 0 ms: Couldn't connect to server\n";
    assert!(curl_failure(refused).unwrap().starts_with("curl: (7)"));
    let wget = "Connecting to 127.0.0.1:9442... failed: Connection refused.\n";
    assert_eq!(curl_failure(wget), Some(wget.trim()));
    assert_eq!(curl_failure("errors_total{reason=\"connection refused\"} 5\n"), None);
    assert_eq!(curl_failure(EXPORT), None);
}

proptest! {
    #[test]
    fn never_panics_and_stays_in_bounds(text in "([a-z_:]{0,3}|[ {}=,\"\\\\\n#]|# TYPE a|\\PC|[0-9.e+-]{1,4}|NaN){0,40}") {
        let found = parse(&text);
        let spans = found.samples.iter().map(|sample| sample.span).chain(found.noise.iter().copied());
        for span in spans.chain(found.problems.iter().map(|fault| fault.span)) {
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
        }
        for sample in &found.samples {
            let _ = (sample.as_u64(), sample.time());
        }
        let _ = (looks_like_metrics(&text), curl_failure(&text));
    }

    #[test]
    fn written_samples_are_read_back(value in any::<u64>(), label in "\\PC{0,12}") {
        let escaped = label.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("m_x{{l=\"{escaped}\"}} {value}\n");
        let found = parse(&text);
        prop_assert_eq!(found.samples.len(), 1);
        prop_assert_eq!(found.samples[0].as_u64(), Some(value));
        prop_assert_eq!(found.samples[0].label("l"), Some(label.as_str()));
    }
}

#[test]
fn answers_without_series() {
    let answer = "core@gateway-1 ~ $ curl -i localhost:9442/metrics\nHTTP/1.1 200 OK\ncontent-type: text/plain; version=1.0.0\n\
                  content-length: 0\ndate: Tue, 06 Oct 2026 09:41:17 GMT\n\n";
    assert!(empty_answer(answer));
    assert!(!empty_answer(&format!("{answer}vpc_packet_count{{total=\"a\"}} 1\n")));
    assert!(!empty_answer(&answer.replace("200 OK", "503 Service Unavailable")));
    assert!(!empty_answer(&answer.replace("text/plain; version=1.0.0", "text/html")));
    assert!(!empty_answer(""));
}
