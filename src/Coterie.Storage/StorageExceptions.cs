namespace Coterie.Storage;

/// <summary>There is no space left. The batch was not applied; reads go on; writes work again when there is space.</summary>
public sealed class StorageFullException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A write or sync failed, or the engine was stopped by an earlier failure. Never retried, never acknowledged.</summary>
public sealed class StorageFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Stored bytes are damaged. The message names the file, and the place where it is known.</summary>
public sealed class StorageCorruptException(string message, Exception? inner = null) : Exception(message, inner);
