namespace Coterie.Server.Errors;

/// <summary>A request that ends with an error of the server's own finding. Turned into an ERROR message by <see cref="CqlErrors"/>.</summary>
public sealed class ClientErrorException(ErrorCode code, string message) : Exception(message)
{
    public ErrorCode Code { get; } = code;

    public static ClientErrorException Invalid(string message) => new(ErrorCode.Invalid, message);

    public static ClientErrorException Protocol(string message) => new(ErrorCode.Protocol, message);
}

/// <summary>The id of an EXECUTE or of a statement in a BATCH is not known here: the client prepares again and goes on.</summary>
public sealed class UnpreparedException(ReadOnlyMemory<byte> id) : Exception("A prepared statement is not known")
{
    public ReadOnlyMemory<byte> Id { get; } = id;
}

/// <summary>A keyspace or table that was to be created exists.</summary>
/// <param name="table">Empty for a keyspace.</param>
public sealed class AlreadyExistsException(string message, string keyspace, string table) : Exception(message)
{
    public string Keyspace { get; } = keyspace;

    public string Table { get; } = table;
}
