namespace Coterie.Simulator.Client;

/// <summary>A statement, and what the protocol lets a client say beside it.</summary>
/// <param name="Timestamp">The protocol's default timestamp, in microseconds; null: none is sent.</param>
public sealed record CqlRequest(string Statement, ushort Consistency, long? Timestamp = null)
{
    /// <summary>The payload <c>coterie.required</c>: how many replicas must answer; 0: what the level says.</summary>
    public int Required { get; init; }

    /// <summary>Rows of a page; 0: no pages.</summary>
    public int PageSize { get; init; }

    public byte[]? PagingState { get; init; }
}
