use proptest::prelude::*;

use super::super::{Stream, block, looks_like_log, panic_details, parse_line, scan, strip_ansi};
use super::reference;

/// Fragments that make heads of lines, cut and joined at random.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        Just("\u{1b}[2m".to_owned()),
        Just("2026-03-04T09:20:30.5Z ".to_owned()),
        Just("Mar  4 09:20:30 ".to_owned()),
        Just("2026/03/04 09:20:30 BGP: [A".to_owned()),
        Just("{\"log\":\"".to_owned()),
        Just("{\"level\":\"info\",\"msg\":".to_owned()),
        Just("[pod/".to_owned()),
        Just("time=".to_owned()),
        Just("level=\"".to_owned()),
        Just("I1005 10:55:09.1 ".to_owned()),
        Just("<13>1 ".to_owned()),
        Just(" INFO ".to_owned()),
        Just("ä=\"\\".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("Failed to apply the config for genid 9: x".to_owned()),
        Just("Successfully applied config for genid 9".to_owned()),
        Just("panicked at ".to_owned()),
        Just("%ADJCHANGE: neighbor ".to_owned()),
        Just(" state -> down : ".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(fragment(), 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn lines_never_panic_and_stay_in_bounds(line in text()) {
        let info = parse_line(&line, Some(reference()));
        prop_assert!(info.message_start <= info.message_end);
        prop_assert!(line.get(info.message_start..info.message_end).is_some());
        let _ = looks_like_log(&line);
        let stripped = strip_ansi(&line);
        prop_assert!(stripped.len() <= line.len());
    }

    #[test]
    fn scans_never_panic_and_stay_in_bounds(text in text()) {
        for stream in [Stream::Dataplane, Stream::Frr, Stream::SwitchAgent] {
            let found = scan(&text, stream, Some(reference()));
            prop_assert!(text.get(found.tail.start as usize..found.tail.end as usize).is_some());
            let mut last = 0;
            for hit in &found.hits {
                prop_assert!(hit.line.start >= last);
                last = hit.line.start;
                prop_assert!(text.get(hit.line.start as usize..hit.line.end as usize).is_some());
                prop_assert!(text.get(hit.message().start as usize..hit.message().end as usize).is_some());
                for name in hit.literal.field_names() {
                    if let Some(span) = hit.field_span(name) {
                        prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
                    }
                }
                let whole = block(&text, hit.line);
                prop_assert!(text.get(whole.start as usize..whole.end as usize).is_some());
                let _ = panic_details(&text, hit);
                if let Some(end) = hit.ended_by() {
                    prop_assert!(found.hit(end).is_some());
                }
            }
        }
    }
}
