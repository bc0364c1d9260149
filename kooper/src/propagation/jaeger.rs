//! The headers of Jaeger's own clients, which Kooper's first users have.

use opentelemetry::{
    Context, Key, StringValue, TraceId,
    baggage::{BaggageExt, BaggageMetadata},
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceState},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::sync::LazyLock;

/// The trace: `{trace id}:{span id}:{parent span id}:{flags}`, all in hexadecimal.
pub(super) const TRACE: &str = "uber-trace-id";
/// What stands before the key of each piece of baggage.
const BAGGAGE: &str = "uberctx-";
/// jaeger-client-go reads values by `url.QueryUnescape`, to which `+` is a space: so all but what is plain is escaped.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b':');

/// Bit 0 of the flags; bit 1 is "debug", which asks for the trace whatever the sampler says.
const SAMPLED: u8 = 0b01;
const DEBUG: u8 = 0b10;

/// Jaeger's propagation format.
#[derive(Debug, Default)]
pub(super) struct JaegerPropagator;

impl TextMapPropagator for JaegerPropagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let span = context.span();
        let place = span.span_context();
        if place.is_valid() {
            let flags = u8::from(place.is_sampled());
            injector.set(TRACE, format!("{}:{}:0:{flags:x}", place.trace_id(), place.span_id()));
        }
        for (key, (value, _)) in context.baggage() {
            let value = utf8_percent_encode(value.as_str(), ESCAPED).to_string();
            injector.set(&format!("{BAGGAGE}{key}"), value);
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        match extractor.get(TRACE).and_then(place) {
            Some(place) => context.with_remote_span_context(place),
            None => context.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<[String; 1]> = LazyLock::new(|| [TRACE.to_owned()]);
        FieldIter::new(&*FIELDS)
    }
}

/// The baggage of the headers.
pub(super) fn baggage(
    extractor: &dyn Extractor,
) -> impl Iterator<Item = (Key, (StringValue, BaggageMetadata))> + '_ {
    extractor.keys().into_iter().filter_map(|name| {
        let key = name.strip_prefix(BAGGAGE).filter(|key| !key.is_empty())?;
        let plain = extractor.get(name)?.replace('+', " ");
        let value = percent_decode_str(&plain).decode_utf8().ok()?.into_owned();
        Some((Key::new(key.to_owned()), (value.into(), BaggageMetadata::default())))
    })
}

/// Where in which trace a header says that the caller stands. Ids may lack leading zeros; a proxy may have escaped `:`.
fn place(header: &str) -> Option<SpanContext> {
    let header = percent_decode_str(header.trim()).decode_utf8().ok()?;
    let mut parts = header.split(':');
    let [trace, span, _parent, flags] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || trace.len() > 32 || span.len() > 16 {
        return None;
    }
    let trace = TraceId::from(u128::from_str_radix(trace, 16).ok()?);
    let span = SpanId::from(u64::from_str_radix(span, 16).ok()?);
    let flags = u8::from_str_radix(flags, 16).ok()?;
    let sampled = if flags & (SAMPLED | DEBUG) == 0 { TraceFlags::default() } else { TraceFlags::SAMPLED };
    Some(SpanContext::new(trace, span, sampled, true, TraceState::default())).filter(SpanContext::is_valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_lack_leading_zeros_and_a_proxy_may_have_escaped_the_colons() {
        for header in ["2a:7:0:1", "0000002a:0007:1f:3", "2a%3A7%3A0%3A1", " 2a:7:0:2 "] {
            let place = place(header).expect(header);
            assert_eq!(place.trace_id(), TraceId::from(0x2a), "{header}");
            assert_eq!(place.span_id(), SpanId::from(7), "{header}");
            assert!(place.is_sampled() && place.is_remote(), "{header}");
        }
        assert!(!place("2a:7:0:0").expect("valid").is_sampled());
    }

    #[test]
    fn what_is_no_place_in_a_trace_is_left_out() {
        for header in [
            "",
            "1:2:3",
            "1:2:3:1:5",
            "0:2:0:1",
            "1:0:0:1",
            "x:2:0:1",
            "1:2:0:",
            "1:2:0:100",
            "123456789012345678901234567890123:1:0:1",
            "1:12345678901234567:0:1",
            "日本",
        ] {
            assert_eq!(place(header), None, "{header}");
        }
    }
}
