namespace Coterie.Model;

/// <summary>
/// Well formed, and larger than is allowed. A client is told that its request is invalid, not that it broke the protocol: drivers give up a
/// connection, and then the node, for the latter.
/// </summary>
public sealed class OverLimitException(string message) : MalformedDataException(message);
