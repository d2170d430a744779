namespace Coterie.Host.CqlClient;

/// <summary>A statement and the values of its markers, as the wire has them.</summary>
public sealed record CqlStatement(string Text, params IReadOnlyList<ReadOnlyMemory<byte>> Values);
