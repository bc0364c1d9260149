use super::*;

fn var<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

#[test]
fn an_address_is_that_of_the_program_then_that_of_traces_then_that_of_all_signals() {
    let all = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://b:4318/"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c/x"),
    ];
    let address = |otlp: Otlp, vars: &[(&str, &str)]| otlp.address(&TRACES, Protocol::Http, var(vars));
    assert_eq!(address(Otlp::new().endpoint("http://a:1"), &all), "http://a:1/v1/traces");
    assert_eq!(address(Otlp::new().endpoint("http://a:1/"), &all), "http://a:1/v1/traces");
    assert_eq!(address(Otlp::new().endpoint("http://a:1/own"), &all), "http://a:1/own");
    assert_eq!(address(Otlp::new(), &all), "http://c/x");
    assert_eq!(address(Otlp::new(), &all[..1]), "http://b:4318/v1/traces");
    assert_eq!(address(Otlp::new(), &[]), "http://localhost:4318/v1/traces");
    assert_eq!(Otlp::new().address(&LOGS, Protocol::Http, var(&all)), "http://b:4318/v1/logs");
}

#[test]
fn the_protocol_is_that_of_the_program_then_that_of_the_variables() {
    let json = [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")];
    let error = Otlp::new().protocol(&TRACES, var(&json)).expect_err("not spoken").to_string();
    assert_eq!(
        error,
        "OTEL_EXPORTER_OTLP_PROTOCOL=`http/json` is not known: use one of `http/protobuf`, `grpc`"
    );
    assert_eq!(Otlp::http().protocol(&TRACES, var(&json)).expect("set"), Protocol::Http);
    assert_eq!(Otlp::new().protocol(&TRACES, var(&[])).expect("default"), Protocol::Http);
    let grpc = [("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"), json[0]];
    let told = Otlp::new().protocol(&TRACES, var(&grpc));
    #[cfg(feature = "otlp-grpc")]
    assert_eq!(told.expect("compiled in"), Protocol::Grpc);
    #[cfg(not(feature = "otlp-grpc"))]
    assert!(told.expect_err("not compiled in").to_string().contains("feature `otlp-grpc`"));
}

#[test]
fn the_timeout_is_in_milliseconds() {
    assert_eq!(TRACES.timeout(var(&[])).expect("the default"), Duration::from_secs(10));
    let all = ("OTEL_EXPORTER_OTLP_TIMEOUT", "250");
    assert_eq!(TRACES.timeout(var(&[all])).expect("a number"), Duration::from_millis(250));
    let own = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "7");
    assert_eq!(TRACES.timeout(var(&[all, own])).expect("a number"), Duration::from_millis(7));
    TRACES.timeout(var(&[("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")])).expect_err("no number");
}

#[test]
fn an_address_that_can_never_work_is_an_error_that_says_what_to_write() {
    for (address, part) in [
        ("localhost:4318", "write http://HOST:PORT"),
        ("ftp://a", "neither http nor https"),
        ("http://a b", "write http://HOST:PORT"),
    ] {
        let Err(error) = Otlp::new().endpoint(address).make(var(&[])) else {
            panic!("{address} is accepted");
        };
        let error = error.to_string();
        assert!(error.contains(address) && error.contains(part), "{error}");
    }
}
