pub(crate) use crate::peer::run;
