//! Random spans, sent to a socket, and what an independent reader of thrift makes of the datagrams; and of the bodies that a
//! collector is sent.

use super::{agent::Agent, batch::batch};
use opentelemetry::{
    Array, KeyValue, SpanId, TraceId, Value,
    trace::{Event, Link, SpanContext, SpanKind, Status, TraceFlags, TraceState},
};
use opentelemetry_sdk::{
    Resource,
    trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks},
};
use proptest::{collection::vec, prelude::*};
use std::{
    collections::BTreeMap,
    net::UdpSocket,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use thrift::protocol::{TBinaryInputProtocol, TCompactInputProtocol, TInputProtocol, TMessageType, TType};

/// Anything in thrift, by the numbers of its fields and no schema.
#[derive(Debug, Clone, PartialEq)]
enum Thrift {
    Bool(bool),
    Int(i64),
    Double(u64),
    Text(String),
    List(Vec<Thrift>),
    Struct(BTreeMap<i16, Thrift>),
}

fn read(from: &mut impl TInputProtocol, kind: TType) -> thrift::Result<Thrift> {
    Ok(match kind {
        TType::Bool => Thrift::Bool(from.read_bool()?),
        TType::I08 => Thrift::Int(from.read_i8()?.into()),
        TType::I16 => Thrift::Int(from.read_i16()?.into()),
        TType::I32 => Thrift::Int(from.read_i32()?.into()),
        TType::I64 => Thrift::Int(from.read_i64()?),
        TType::Double => Thrift::Double(from.read_double()?.to_bits()),
        TType::String => Thrift::Text(from.read_string()?),
        TType::List => {
            let list = from.read_list_begin()?;
            let items =
                (0..list.size).map(|_| read(from, list.element_type)).collect::<thrift::Result<_>>()?;
            from.read_list_end()?;
            Thrift::List(items)
        }
        TType::Struct => {
            let mut fields = BTreeMap::new();
            from.read_struct_begin()?;
            loop {
                let field = from.read_field_begin()?;
                if field.field_type == TType::Stop {
                    break;
                }
                fields.insert(field.id.expect("a field has a number"), read(from, field.field_type)?);
                from.read_field_end()?;
            }
            from.read_struct_end()?;
            Thrift::Struct(fields)
        }
        other => panic!("{other} is nowhere in Jaeger's IDL"),
    })
}

impl Thrift {
    /// A field, by its number in `jaeger.thrift`.
    fn field(&self, number: i16) -> Option<&Self> {
        match self {
            Self::Struct(fields) => fields.get(&number),
            other => panic!("{other:?} is no struct"),
        }
    }

    fn int(&self, number: i16) -> i64 {
        match self.field(number) {
            Some(Self::Int(value)) => *value,
            other => panic!("field {number} is {other:?}"),
        }
    }

    fn text(&self, number: i16) -> &str {
        match self.field(number) {
            Some(Self::Text(text)) => text,
            other => panic!("field {number} is {other:?}"),
        }
    }

    fn list(&self, number: i16) -> &[Self] {
        match self.field(number) {
            Some(Self::List(items)) => items,
            None => &[],
            other => panic!("field {number} is {other:?}"),
        }
    }

    /// Its name and value, if it is a `Tag`.
    fn tag(&self) -> (String, Self) {
        // STRING, DOUBLE, BOOL, LONG, each in a field of its own.
        let place = [3, 4, 5, 6][usize::try_from(self.int(2)).expect("a small number")];
        (self.text(1).to_owned(), self.field(place).expect("the value of its type").clone())
    }

    fn tags(&self, number: i16) -> Vec<(String, Self)> {
        sorted(self.list(number).iter().map(Self::tag).collect())
    }
}

fn sorted(mut tags: Vec<(String, Thrift)>) -> Vec<(String, Thrift)> {
    tags.sort_by_cached_key(|tag| format!("{tag:?}"));
    tags
}

/// The spans of a datagram, which must be of this service.
fn spans(datagram: &[u8]) -> Vec<Thrift> {
    let mut from = TCompactInputProtocol::new(datagram);
    let message = from.read_message_begin().expect("a message");
    assert_eq!((&*message.name, message.message_type), ("emitBatch", TMessageType::OneWay));
    let arguments = read(&mut from, TType::Struct).expect("thrift");
    from.read_message_end().expect("its end");
    spans_of(arguments.field(1).expect("a batch"))
}

/// The spans of a `Batch`, which must be of this service.
fn spans_of(batch: &Thrift) -> Vec<Thrift> {
    let process = batch.field(1).expect("a process");
    assert_eq!(process.text(1), "pod-printer");
    assert!(process.tags(2).contains(&("kläster".to_owned(), Thrift::Text("日本語".into()))));
    batch.list(2).to_vec()
}

/// The service that all spans are of.
fn service() -> Resource {
    let resource = Resource::builder_empty().with_service_name("pod-printer");
    resource.with_attribute(KeyValue::new("kläster", "日本語")).build()
}

/// What a collector reads that is posted these spans.
fn posted(spans: &[SpanData]) -> Vec<Thrift> {
    let body = batch(&service(), spans).expect("it can be written");
    let mut from = TBinaryInputProtocol::new(&body[..], true);
    let batch = read(&mut from, TType::Struct).expect("thrift");
    assert!(from.transport.is_empty(), "{} bytes more", from.transport.len());
    spans_of(&batch)
}

/// A span as thrift can carry it.
fn expected(span: &SpanData) -> Thrift {
    let half = |bytes: &[u8]| Thrift::Int(i64::from_be_bytes(bytes.try_into().expect("eight bytes")));
    let ids = |context: &SpanContext| {
        let trace = context.trace_id().to_bytes();
        [half(&trace[8..]), half(&trace[..8]), half(&context.span_id().to_bytes())]
    };
    let micros = |time: std::time::SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).expect("after 1970");
        i64::try_from(since.as_micros()).expect("in range")
    };
    let tags = |tags: &[KeyValue]| {
        tags.iter().map(|tag| (tag.key.to_string(), value(&tag.value))).collect::<Vec<_>>()
    };
    let mut all = tags(&span.attributes);
    let mut add = |name: &str, value| all.push((name.to_owned(), value));
    if span.span_kind != SpanKind::Internal {
        add("span.kind", Thrift::Text(format!("{:?}", span.span_kind).to_lowercase()));
    }
    match &span.status {
        Status::Unset => {}
        Status::Ok => add("otel.status_code", Thrift::Text("OK".into())),
        Status::Error { description } => {
            add("error", Thrift::Bool(true));
            add("otel.status_code", Thrift::Text("ERROR".into()));
            if !description.is_empty() {
                add("otel.status_description", Thrift::Text(description.clone().into_owned()));
            }
        }
    }
    let tag = |(name, value): (String, Thrift)| Thrift::List(vec![Thrift::Text(name), value]);
    let list = |tags| Thrift::List(sorted(tags).into_iter().map(tag).collect());
    let logs = span.events.iter().map(|event| {
        let mut fields = tags(&event.attributes);
        fields.push(("event".into(), Thrift::Text(event.name.to_string())));
        Thrift::List(vec![Thrift::Int(micros(event.timestamp)), list(fields)])
    });
    let links = span.links.iter().map(|link| Thrift::List(ids(&link.span_context).into()));
    let [low, high, own] = ids(&span.span_context);
    let duration = span.end_time.duration_since(span.start_time).expect("it ended later").as_micros();
    Thrift::List(vec![
        low,
        high,
        own,
        half(&span.parent_span_id.to_bytes()),
        Thrift::Text(span.name.to_string()),
        Thrift::Int(micros(span.start_time)),
        Thrift::Int(i64::try_from(duration).expect("in range")),
        list(all),
        Thrift::List(logs.collect()),
        Thrift::List(links.collect()),
    ])
}

/// The same of what was read.
fn seen(span: &Thrift) -> Thrift {
    let tag = |(name, value): (String, Thrift)| Thrift::List(vec![Thrift::Text(name), value]);
    let list = |tags: Vec<_>| Thrift::List(tags.into_iter().map(tag).collect());
    let logs = span.list(11).iter().map(|log| Thrift::List(vec![Thrift::Int(log.int(1)), list(log.tags(2))]));
    let links = span.list(6).iter().map(|reference| {
        assert_eq!(reference.int(1), 1, "FOLLOWS_FROM");
        Thrift::List([2, 3, 4].map(|number| Thrift::Int(reference.int(number))).into())
    });
    let mut all: Vec<_> = [1, 2, 3, 4].map(|number| Thrift::Int(span.int(number))).into();
    all.extend([Thrift::Text(span.text(5).into()), Thrift::Int(span.int(8)), Thrift::Int(span.int(9))]);
    all.extend([list(span.tags(10)), Thrift::List(logs.collect()), Thrift::List(links.collect())]);
    Thrift::List(all)
}

fn value(value: &Value) -> Thrift {
    match value {
        Value::Bool(value) => Thrift::Bool(*value),
        Value::I64(value) => Thrift::Int(*value),
        Value::F64(value) => Thrift::Double(value.to_bits()),
        other => Thrift::Text(other.as_str().into_owned()),
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just(String::new()),
        4 => "[a-z.]{1,12}",
        2 => "\\PC{0,20}",
        2 => Just("été 日本語 ☃ 🦀 \u{0}\n\"<&>".to_owned()),
        1 => "[ -~]{300}",
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(0)].prop_map(Value::from),
        prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(-0.0)].prop_map(Value::from),
        any_text().prop_map(Value::from),
        vec(any::<bool>(), 0..4).prop_map(|values| Value::Array(values.into())),
        vec(any::<i64>(), 0..4).prop_map(|values| Value::Array(values.into())),
        vec(-1e9..1e9, 0..4).prop_map(|values: Vec<f64>| Value::Array(values.into())),
        vec(any_text(), 0..4)
            .prop_map(|texts| Value::Array(Array::String(texts.into_iter().map(Into::into).collect()))),
    ]
}

/// Keys that stand for nothing else to the encoder.
fn any_fields() -> impl Strategy<Value = Vec<KeyValue>> {
    let field = ("[a-z]{1,3}\\.(été|k)", any_value()).prop_map(|(key, value)| KeyValue::new(key, value));
    vec(field, 0..6)
}

fn any_context() -> impl Strategy<Value = SpanContext> {
    (1..=u128::MAX, 1..=u64::MAX).prop_map(|(trace, span)| {
        let flags = TraceFlags::SAMPLED;
        SpanContext::new(TraceId::from(trace), SpanId::from(span), flags, false, TraceState::default())
    })
}

fn any_span() -> impl Strategy<Value = SpanData> {
    let kind = prop_oneof![
        Just(SpanKind::Internal),
        Just(SpanKind::Server),
        Just(SpanKind::Client),
        Just(SpanKind::Producer),
        Just(SpanKind::Consumer),
    ];
    let status = prop_oneof![
        Just(Status::Unset),
        Just(Status::Ok),
        any_text().prop_map(|description| Status::Error { description: description.into() }),
    ];
    let at = |micros| UNIX_EPOCH + Duration::from_micros(micros);
    let event = (any_text(), any_fields(), 0..1_u64 << 50)
        .prop_map(move |(name, fields, time)| Event::new(name, at(time), fields, 0));
    // None, some, and 500 short ones.
    let short =
        (0..1_u64 << 50).prop_map(move |time| Event::new("n", at(time), vec![KeyValue::new("a", 1)], 0));
    let events = prop_oneof![3 => vec(event, 0..5), 1 => vec(short, 500)];
    let times = (0..1_u64 << 50, 0..1_u64 << 40);
    let rest = (kind, status, any_text(), any_fields(), events, vec(any_context(), 0..4), times);
    (any_context(), any::<u64>(), rest).prop_map(move |(context, parent, rest)| {
        let (span_kind, status, name, attributes, made, linked, (start, length)) = rest;
        let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
        events.events = made;
        links.links = linked.into_iter().map(|to| Link::new(to, Vec::new(), 0)).collect();
        SpanData {
            span_context: context,
            parent_span_id: SpanId::from(parent),
            parent_span_is_remote: false,
            span_kind,
            name: name.into(),
            start_time: at(start),
            end_time: at(start + length),
            attributes,
            dropped_attributes_count: 0,
            events,
            links,
            status,
            instrumentation_scope: opentelemetry::InstrumentationScope::default(),
        }
    })
}

/// Sends spans, and reads them.
fn sent(spans_out: Vec<SpanData>) -> Vec<Thrift> {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let address = socket.local_addr().expect("bound");
    // A socket holds few datagrams: somebody reads meanwhile.
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        loop {
            let mut bytes = vec![0; 70_000];
            let length = socket.recv(&mut bytes).expect("a datagram");
            if &bytes[..length] == b"end" {
                return all;
            }
            all.extend(spans(&bytes[..length]));
        }
    });
    let mut agent = Agent::new(address.to_string(), 65_000, Arc::default());
    agent.set_resource(&service());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(agent.export(spans_out)).expect("sent");
    UdpSocket::bind("127.0.0.1:0").expect("a free port").send_to(b"end", address).expect("sent");
    reader.join().expect("the end came")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_of_datagrams_and_of_posts_is_what_was_sent(all in vec(any_span(), 1..6)) {
        let wanted: Vec<_> = all.iter().map(expected).collect();
        let by_http: Vec<_> = posted(&all).iter().map(seen).collect();
        prop_assert_eq!(&by_http, &wanted);
        let by_udp: Vec<_> = sent(all).iter().map(seen).collect();
        prop_assert_eq!(by_udp, wanted);
    }

    #[test]
    fn a_text_of_64_kilobytes_is_cut_for_a_datagram_and_all_else_of_its_span_stays(
        mut span in any_span(),
        letter in prop_oneof![Just('x'), Just('é'), Just('日')],
    ) {
        let long: String = std::iter::repeat_n(letter, (64 << 10) / letter.len_utf8() + 1).collect();
        span.events.events.clear();
        let mut short = span.clone();
        span.attributes.push(KeyValue::new("long", long.clone()));
        let whole: Vec<_> = posted(std::slice::from_ref(&span)).iter().map(seen).collect();
        prop_assert_eq!(whole, [expected(&span)]);
        let [read] = &sent(vec![span])[..] else { panic!("one span") };
        let (mut tags, mut others): (Vec<_>, Vec<_>) =
            read.tags(10).into_iter().partition(|(name, _)| name == "long" || name == "kooper.span.cut");
        let (_, Thrift::Text(cut)) = tags.pop().expect("the text") else { panic!("no text") };
        prop_assert!(cut.ends_with(&format!("… ({} bytes)", long.len())), "{cut}");
        let kept = cut.split_once('…').expect("a mark").0;
        prop_assert!(kept.len() > 4_000 && long.starts_with(kept), "{}", kept.len());
        prop_assert_eq!(tags, [("kooper.span.cut".to_owned(), Thrift::Bool(true))]);
        short.attributes.retain(|field| field.key.as_str() != "long");
        let Thrift::List(wanted) = expected(&short) else { panic!("a list") };
        let Thrift::List(mut seen) = seen(read) else { panic!("a list") };
        others = sorted(others);
        seen[7] = Thrift::List(others.into_iter().map(|(name, value)| Thrift::List(vec![Thrift::Text(name), value])).collect());
        prop_assert_eq!(seen, wanted);
    }
}
