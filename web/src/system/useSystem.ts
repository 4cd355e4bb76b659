import { ask, GET } from "../api/client";
import { useLoaded } from "../ui";

export const readSystem = () => ask(GET("/api/v1/system"));
export const readDoctor = () => ask(GET("/api/v1/system/doctor"));

export type SystemState = Awaited<ReturnType<typeof readSystem>>;
export type DoctorState = Awaited<ReturnType<typeof readDoctor>>;

export const useSystem = () => useLoaded(readSystem, []);
export const useDoctor = () => useLoaded(readDoctor, []);
