namespace Coterie.Host.Admin;

/// <summary>
/// Something that the node is asked to begin with a POST of JSON to a path, and then asked about with a GET of the path and the id that it was given.
/// </summary>
internal sealed record AdminJob
{
    /// <summary>Given the body of the request.</summary>
    public required Func<ReadOnlyMemory<byte>, ValueTask<AdminAnswer>> Begin { get; init; }

    /// <summary>Given the id. Null: what is begun has ended when it is answered.</summary>
    public Func<string, AdminAnswer>? Follow { get; init; }
}
