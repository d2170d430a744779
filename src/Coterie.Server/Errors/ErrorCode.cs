namespace Coterie.Server.Errors;

/// <summary>The codes of ERROR messages (native protocol v4 §9) that Coterie sends.</summary>
public enum ErrorCode
{
    Server = 0x0000,
    Protocol = 0x000A,
    Unavailable = 0x1000,
    Overloaded = 0x1001,
    Bootstrapping = 0x1002,
    WriteTimeout = 0x1100,
    ReadTimeout = 0x1200,
    ReadFailure = 0x1300,
    WriteFailure = 0x1500,
    Syntax = 0x2000,
    Invalid = 0x2200,
    Configuration = 0x2300,
    AlreadyExists = 0x2400,
    Unprepared = 0x2500,
}
