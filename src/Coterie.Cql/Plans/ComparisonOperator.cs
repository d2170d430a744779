namespace Coterie.Cql.Plans;

/// <summary>How WHERE or a condition compares what is there with what is given.</summary>
internal enum ComparisonOperator : byte
{
    Equal,

    /// <summary>Only in conditions of writes: WHERE would need filtering.</summary>
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}
