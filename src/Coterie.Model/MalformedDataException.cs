namespace Coterie.Model;

/// <summary>
/// Bytes from a disk, a peer or a client are not what they claim to be. The only exception a decoder in this project throws on bad
/// input; the edge that owns the input turns it into an error answer, a closed connection or a refused store.
/// </summary>
public class MalformedDataException(string message) : Exception(message);
